using YamlDotNet.RepresentationModel;

namespace Packaging.Tests.Tools;

/// <summary>Reads YAML files as trees.</summary>
static class Yaml
{
    public static YamlNode Load(string path) => LoadAll(path).Single();

    public static IReadOnlyList<YamlNode> LoadAll(string path) => ParseAll(File.ReadAllText(path));

    public static YamlNode Parse(string text) => ParseAll(text).Single();

    public static IReadOnlyList<YamlNode> ParseAll(string text)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(text));
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
