// Real processes, ports and CPU time: one test at a time keeps the two cores honest.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
