using Packaging.Tests.Tools;
using Tests.Shared;
using YamlDotNet.RepresentationModel;

namespace Packaging.Tests.Kubernetes;

/// <summary>Renders a folder of <c>packaging/kubernetes</c>, as far as its files go: resources, config maps from files, and patches that delete or set labels.</summary>
/// <remarks>What kustomize does beyond that (namespace, image tag, hash in the config map's name) is left out: see <c>Manifests_ByKubectl</c>.</remarks>
static class Kustomization
{
    public static YamlNode[] Render(string variant) => [.. RenderFolder(Repository.PathTo("packaging", "kubernetes", variant))];

    static List<YamlNode> RenderFolder(string folder)
    {
        YamlNode file = Yaml.Load(Path.Combine(folder, "kustomization.yaml"));
        List<YamlNode> manifests = [.. file.ListAt("resources").Select(r => Path.Combine(folder, r.ToString())).SelectMany(r => Directory.Exists(r) ? RenderFolder(r) : Yaml.LoadAll(r))];
        manifests.AddRange(file.ListAt("configMapGenerator").Select(generator => ConfigMap(folder, generator)));
        foreach (YamlNode patch in file.ListAt("patches").Select(p => Yaml.Parse(p.TextAt("patch")!)))
        {
            YamlNode target = manifests.Single(m => Identity(m) == Identity(patch));
            if (patch.TextAt("$patch") == "delete")
            {
                manifests.Remove(target);
            }
            else
            {
                YamlMappingNode labels = (YamlMappingNode)target.At("metadata", "labels")!;
                foreach ((YamlNode label, YamlNode value) in ((YamlMappingNode)patch.At("metadata", "labels")!).Children)
                {
                    labels.Children[label] = value;
                }
            }
        }

        return manifests;
    }

    static string Identity(YamlNode manifest) => $"{manifest.TextAt("apiVersion")} {manifest.TextAt("kind")} {manifest.TextAt("metadata", "name")}";

    static YamlMappingNode ConfigMap(string folder, YamlNode generator) => new()
    {
        { "apiVersion", "v1" },
        { "kind", "ConfigMap" },
        { "metadata", new YamlMappingNode { { "name", generator.TextAt("name")! } } },
        { "data", new YamlMappingNode(generator.ListAt("files").Select(f => KeyValuePair.Create<YamlNode, YamlNode>(f.ToString(), File.ReadAllText(Path.Combine(folder, f.ToString()))))) },
    };
}
