// Image builds, booted machines and servers: one test at a time keeps the two cores honest.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
