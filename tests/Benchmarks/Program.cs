using System.Globalization;
using BenchmarkDotNet.Running;
using Benchmarks.Guard;
using Benchmarks.Load;
using Benchmarks.Otlp;

// dotnet run -c Release --project tests/Benchmarks -- load tcp 127.0.0.1:5514 --count 2000000
// dotnet run -c Release --project tests/Benchmarks -- lines load.txt --lines 2000000
// dotnet run -c Release --project tests/Benchmarks -- latency artifacts/collector
// dotnet run -c Release --project tests/Benchmarks -- flat artifacts/collector docs/flat.svg
// dotnet run -c Release --project tests/Benchmarks -- receive --seconds 10
// dotnet run -c Release --project tests/Benchmarks -- otlp-load grpc http://127.0.0.1:4317 1000000 [PROCESS]
// dotnet run -c Release --project tests/Benchmarks -- allocations tests/Benchmarks/allocations.json
// dotnet run -c Release --project tests/Benchmarks -- --filter '*Syslog*'
switch (args.FirstOrDefault())
{
    case "load":
        return LoadCommand.Run(args[1..]);
    case "lines" when args.Length >= 2:
        return LoadCommand.WriteLines(args[1..]);
    case "allocations" when args.Length >= 2:
        return AllocationGuard.Run(args[1]);
    case "latency" when args.Length >= 2:
        return await LatencyCommand.RunAsync(args[1..]);
    case "flat" when args.Length >= 3:
        return await FlatCommand.RunAsync(args[1..]);
    case "receive":
        return await ReceiveCommand.RunAsync(args[1..]);
    case "otlp-load" when args.Length >= 4:
        int? process = args.Length > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : null;
        return await OtlpLoad.RunAsync(args[1], new Uri(args[2]), int.Parse(args[3], CultureInfo.InvariantCulture), process);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(LoadCommand).Assembly).Run(args);
        return 0;
}
