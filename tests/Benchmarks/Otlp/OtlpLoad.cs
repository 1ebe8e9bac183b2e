using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Receivers.Tests.Otlp;

namespace Benchmarks.Otlp;

/// <summary>Sends records to a running collector, for measuring its CPU time: <c>otlp-load http|json|grpc ADDRESS RECORDS [PID]</c>.</summary>
/// <remarks>Requests of 512 records with 190-byte bodies and six attributes, encoded before the clock starts; numbers differ from line to line.</remarks>
static class OtlpLoad
{
    const int RecordsPerRequest = 512;
    const int Requests = 16;
    const int Senders = 4;

    public static async Task<int> RunAsync(string protocol, Uri address, int records, int? process)
    {
        byte[][] bodies = [.. Enumerable.Range(0, Requests).Select(i => Body(protocol, i))];
        Func<byte[], Task<bool>> send = protocol == "grpc" ? Grpc(address) : Http(address, protocol == "json" ? "application/json" : "application/x-protobuf");
        int requests = records / RecordsPerRequest;
        await WarmUpAsync(send, bodies, process).ConfigureAwait(false);

        double before = CpuSeconds(process);
        Stopwatch clock = Stopwatch.StartNew();
        int refused = await SendAsync(send, bodies, requests).ConfigureAwait(false);
        double seconds = clock.Elapsed.TotalSeconds;
        double cpu = CpuSeconds(process) - before;
        double millions = requests * RecordsPerRequest / 1e6;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{protocol}: {millions:0.00} M records in {seconds:0.0} s, {millions / seconds:0.00} M/s; {cpu / millions:0.000} CPU s/M; told to try later {refused} times"));
        return 0;
    }

    /// <summary>Until the collector knows the templates, some thousands: the model reads each of them once, and what is measured is what comes after.</summary>
    static async Task WarmUpAsync(Func<byte[], Task<bool>> send, byte[][] bodies, int? process)
    {
        const int RoundsMax = 100;
        const double IdleSeconds = 0.05;
        TimeSpan pause = TimeSpan.FromSeconds(1);
        double reading = double.MaxValue;
        for (int round = 0; round < RoundsMax && reading > IdleSeconds; round++)
        {
            // Twice, since a text is read when it comes a second time.
            _ = await SendAsync(send, bodies, 2 * Requests).ConfigureAwait(false);
            double before = CpuSeconds(process);
            await Task.Delay(pause).ConfigureAwait(false);
            reading = process is null ? 0 : CpuSeconds(process) - before;
        }
    }

    static byte[] Body(string protocol, int seed)
    {
        OpenTelemetry.Proto.Collector.Logs.V1.ExportLogsServiceRequest request = OtlpSamples.Typical(RecordsPerRequest, seed * 7919);
        return protocol == "json" ? OtlpJsonSamples.ToJson(request) : request.ToByteArray();
    }

    /// <returns>How often the collector said "try later".</returns>
    static async Task<int> SendAsync(Func<byte[], Task<bool>> send, byte[][] bodies, int requests)
    {
        int next = -1;
        int refused = 0;
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i < requests; i = Interlocked.Increment(ref next))
            {
                while (!await send(bodies[i % bodies.Length]).ConfigureAwait(false))
                {
                    Interlocked.Increment(ref refused);
                    await Task.Delay(200).ConfigureAwait(false);
                }
            }
        }))).ConfigureAwait(false);
        return refused;
    }

    static Func<byte[], Task<bool>> Http(Uri address, string type)
    {
        HttpClient client = new();
        Uri logs = new(address, "/v1/logs");
        return async body =>
        {
            using ByteArrayContent content = new(body);
            content.Headers.ContentType = new MediaTypeHeaderValue(type);
            using HttpResponseMessage response = await client.PostAsync(logs, content).ConfigureAwait(false);
            return response.StatusCode != HttpStatusCode.ServiceUnavailable && response.EnsureSuccessStatusCode().IsSuccessStatusCode;
        };
    }

    static Func<byte[], Task<bool>> Grpc(Uri address)
    {
        CallInvoker invoker = GrpcChannel.ForAddress(address).CreateCallInvoker();
        Marshaller<byte[]> bytes = new(static value => value, static value => value);
        Method<byte[], byte[]> export = new(MethodType.Unary, "opentelemetry.proto.collector.logs.v1.LogsService", "Export", bytes, bytes);
        return async body =>
        {
            try
            {
                await invoker.AsyncUnaryCall(export, null, new CallOptions(), body).ConfigureAwait(false);
                return true;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable)
            {
                return false;
            }
        };
    }

    // User and system time in ticks of 10 ms, fields 14 and 15 of proc(5).
    static double CpuSeconds(int? process)
    {
        if (process is null)
        {
            return double.NaN;
        }

        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
    }
}
