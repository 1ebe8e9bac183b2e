using BenchmarkDotNet.Running;
using Benchmarks.Load;

// dotnet run -c Release --project tests/Benchmarks -- load tcp 127.0.0.1:5514 --count 2000000
// dotnet run -c Release --project tests/Benchmarks -- receive --seconds 10
// dotnet run -c Release --project tests/Benchmarks -- --filter '*Syslog*'
switch (args.FirstOrDefault())
{
    case "load":
        return LoadCommand.Run(args[1..]);
    case "receive":
        return await ReceiveCommand.RunAsync(args[1..]);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
