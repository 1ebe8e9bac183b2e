using YamlDotNet.RepresentationModel;

namespace Packaging.Tests.Tools;

/// <summary>Reads YAML files as trees.</summary>
static class Yaml
{
    public static YamlNode Load(string path) => LoadAll(path).Single();

    public static IReadOnlyList<YamlNode> LoadAll(string path)
    {
        using StreamReader reader = File.OpenText(path);
        YamlStream stream = [];
        stream.Load(reader);
        return [.. stream.Documents.Select(d => d.RootNode)];
    }

    /// <summary>The node at the end of the keys; null when one is missing.</summary>
    public static YamlNode? At(this YamlNode node, params IEnumerable<string> keys)
    {
        YamlNode? current = node;
        foreach (string key in keys)
        {
            current = current is YamlMappingNode map && map.Children.TryGetValue(key, out YamlNode? child) ? child : null;
        }

        return current;
    }

    public static string? TextAt(this YamlNode node, params IEnumerable<string> keys) => (node.At(keys) as YamlScalarNode)?.Value;

    public static IEnumerable<YamlNode> ListAt(this YamlNode node, params IEnumerable<string> keys) => node.At(keys) as YamlSequenceNode ?? [];
}
