using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace EndToEnd.Tests.Harness;

/// <summary>Answers as Slack's incoming webhooks do, when the message has the documented shape.</summary>
sealed class SlackStandIn : IDisposable
{
    readonly HttpListener _listener = new();
    readonly ConcurrentQueue<string> _texts = [];
    readonly Task _task;

    public SlackStandIn(int port)
    {
        Address = $"http://127.0.0.1:{port}/services/T0/B0/secret";
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        _listener.Start();
        _task = Task.Run(RunAsync);
    }

    public string Address { get; }

    /// <summary>The fallback text of each message.</summary>
    public IReadOnlyCollection<string> Texts => _texts;

    public void Dispose()
    {
        _listener.Close();
        _task.GetAwaiter().GetResult();
    }

    async Task RunAsync()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                bool isGood = await IsGoodAsync(context.Request);
                context.Response.StatusCode = isGood ? 200 : 400;
                await context.Response.OutputStream.WriteAsync(isGood ? "ok"u8.ToArray() : "invalid_blocks"u8.ToArray());
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
        }
    }

    async Task<bool> IsGoodAsync(HttpListenerRequest request)
    {
        using JsonDocument message = await JsonDocument.ParseAsync(request.InputStream);
        bool isGood = request.ContentType == "application/json" && message.RootElement.GetProperty("blocks").EnumerateArray().All(block => block.GetProperty("type").GetString() switch
        {
            "header" => block.GetProperty("text").GetProperty("text").GetString()!.Length is > 0 and <= 150,
            "section" => block.GetProperty("text").GetProperty("text").GetString()!.Length is > 0 and <= 3000,
            "context" => block.GetProperty("elements").GetArrayLength() is > 0 and <= 10,
            _ => false,
        });
        _texts.Enqueue(message.RootElement.GetProperty("text").GetString()!);
        return isGood;
    }
}
