return await Collector.Commands.CommandLine.RunProcessAsync(args);
