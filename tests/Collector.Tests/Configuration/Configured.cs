using System.Text;
using Collector.Configuration;

namespace Collector.Tests.Configuration;

/// <summary>Configurations from text, with an environment of two variables.</summary>
static class Configured
{
    public static LoadedConfiguration From(string yaml) => From(Encoding.UTF8.GetBytes(yaml));

    public static LoadedConfiguration From(byte[] yaml) => ConfigurationLoader.Parse(yaml, "collector.yaml", name => name switch
    {
        "TOKEN" => "hunter2-very-secret",
        "PORT" => "5599",
        _ => null,
    });

    public static string Mistakes(string yaml) => From(yaml).RenderMistakes();
}
