using k8s;
using Packaging.Tests.Tools;
using Tests.Shared;
using YamlDotNet.RepresentationModel;

namespace Packaging.Tests.Kubernetes;

/// <summary>The manifests as kustomize renders them, held to what their kinds ask for and to each other.</summary>
public sealed class ManifestTests
{
    static readonly Dictionary<string, (string ApiVersion, string[] Required)> Kinds = new()
    {
        ["Namespace"] = ("v1", []),
        ["ConfigMap"] = ("v1", ["data"]),
        ["Service"] = ("v1", ["spec/selector", "spec/ports"]),
        ["Deployment"] = ("apps/v1", ["spec/selector/matchLabels", "spec/template/metadata/labels", "spec/template/spec/containers"]),
        ["DaemonSet"] = ("apps/v1", ["spec/selector/matchLabels", "spec/template/metadata/labels", "spec/template/spec/containers"]),
        ["PodDisruptionBudget"] = ("policy/v1", ["spec/selector", "spec/minAvailable"]),
        ["NetworkPolicy"] = ("networking.k8s.io/v1", ["spec/podSelector", "spec/policyTypes"]),
        ["ServiceMonitor"] = ("monitoring.coreos.com/v1", ["spec/selector", "spec/endpoints"]),
    };

    public static TheoryData<string> Files =>
    [
        .. Directory.GetFiles(Repository.PathTo("packaging", "kubernetes"), "*.yaml", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) is not ("kustomization.yaml" or "collector.yaml" or "servicemonitor.yaml"))
            .Select(f => Path.GetRelativePath(Repository.Root, f)),
    ];

    /// <summary>The client's types are generated from Kubernetes's own description of its API: an unknown field or a value of another type is an error.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void File_ByTheTypesOfKubernetes_HasNothingUnknown(string file) =>
        Assert.Single(KubernetesYaml.LoadAllFromString(File.ReadAllText(Repository.PathTo(file)), strict: true));

    /// <summary>The type of the Prometheus operator, which is not Kubernetes's own: what is used of it, from its API reference.</summary>
    [Fact]
    public void ServiceMonitor_HasNothingUnknown()
    {
        YamlNode spec = Yaml.Load(Repository.PathTo("packaging", "kubernetes", "base", "servicemonitor.yaml")).At("spec")!;
        Assert.Equal(["endpoints", "jobLabel", "selector"], Keys(spec));
        Assert.All(spec.ListAt("endpoints"), endpoint => Assert.Equal(["interval", "path", "port"], Keys(endpoint)));
    }

    [Theory]
    [InlineData("base", "ConfigMap,Deployment,Namespace,NetworkPolicy,PodDisruptionBudget,Service,ServiceMonitor")]
    [InlineData("daemonset", "ConfigMap,DaemonSet,Namespace,NetworkPolicy,Service,ServiceMonitor")]
    public void Manifests_Rendered_AreOfKnownKindsWithWhatTheyNeed(string variant, string kinds)
    {
        YamlNode[] manifests = Kustomization.Render(variant);
        Assert.Equal(kinds, string.Join(',', manifests.Select(m => m.TextAt("kind")).Order(StringComparer.Ordinal)));
        Assert.All(manifests, manifest =>
        {
            (string apiVersion, string[] required) = Kinds[manifest.TextAt("kind")!];
            Assert.Equal(apiVersion, manifest.TextAt("apiVersion"));
            Assert.NotNull(manifest.TextAt("metadata", "name"));
            Assert.All(required, path => Assert.NotNull(manifest.At(path.Split('/'))));
        });
    }

    [Theory]
    [InlineData("base")]
    [InlineData("daemonset")]
    public void Selectors_AllFindThePods(string variant)
    {
        YamlNode[] manifests = Kustomization.Render(variant);
        string labels = Workload(manifests).At("spec", "template", "metadata", "labels")!.ToString();
        string[][] selectors = [["spec", "selector"], ["spec", "selector", "matchLabels"], ["spec", "podSelector", "matchLabels"]];
        Assert.All(manifests.Where(m => m.TextAt("kind") is not ("Namespace" or "ConfigMap")), manifest =>
            Assert.Contains(selectors, path => manifest.At(path)?.ToString() == labels));
    }

    [Theory]
    [InlineData("base")]
    [InlineData("daemonset")]
    public void Ports_NamedAnywhere_AreTheContainersAndListenedOn(string variant)
    {
        YamlNode[] manifests = Kustomization.Render(variant);
        YamlNode container = Container(manifests);
        string[] names = [.. container.ListAt("ports").Select(p => p.TextAt("name")!)];
        string?[] used =
        [
            .. Of(manifests, "Service").ListAt("spec", "ports").Select(p => p.TextAt("targetPort")),
            .. Of(manifests, "NetworkPolicy").ListAt("spec", "ingress").SelectMany(i => i.ListAt("ports")).Select(p => p.TextAt("port")),
            .. Of(manifests, "ServiceMonitor").ListAt("spec", "endpoints").Select(e => e.TextAt("port")),
            container.TextAt("livenessProbe", "httpGet", "port"), container.TextAt("readinessProbe", "httpGet", "port"), container.TextAt("startupProbe", "httpGet", "port"),
        ];
        Assert.Equal(names.Order(), used.Distinct().Order());
        string settings = Settings(manifests);
        Assert.All(container.ListAt("ports"), port => Assert.Contains($":{port.TextAt("containerPort")}\"", settings, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("base")]
    [InlineData("daemonset")]
    public void Pod_MeetsTheRestrictedStandard(string variant)
    {
        YamlNode[] manifests = Kustomization.Render(variant);
        YamlNode pod = Workload(manifests).At("spec", "template", "spec")!;
        YamlNode container = Container(manifests);
        Assert.Equal("true", pod.TextAt("securityContext", "runAsNonRoot"));
        Assert.Equal("RuntimeDefault", pod.TextAt("securityContext", "seccompProfile", "type"));
        Assert.Equal("false", container.TextAt("securityContext", "allowPrivilegeEscalation"));
        Assert.Equal("true", container.TextAt("securityContext", "readOnlyRootFilesystem"));
        Assert.Equal(["ALL"], container.ListAt("securityContext", "capabilities", "drop").Select(c => c.ToString()));
        Assert.Equal("false", pod.TextAt("automountServiceAccountToken"));
        Assert.NotNull(container.TextAt("resources", "limits", "memory"));
        // What is mounted is there.
        Assert.Equal(Of(manifests, "ConfigMap").TextAt("metadata", "name"), ConfigMapOf(manifests));
        Assert.Equal(pod.ListAt("volumes").Select(v => v.TextAt("name")).Order(), container.ListAt("volumeMounts").Select(v => v.TextAt("name")).Order());
    }

    [Fact]
    public void Variants_DifferOnlyWhereTheyHaveTo()
    {
        YamlNode[] both = [Container(Kustomization.Render("base")), Container(Kustomization.Render("daemonset"))];
        Assert.All(["args", "resources", "livenessProbe", "readinessProbe", "startupProbe", "securityContext", "volumeMounts"], key =>
            Assert.Equal(both[0].At(key)!.ToString(), both[1].At(key)!.ToString()));
    }

    /// <summary>The real thing renders the same manifests, and mounts the config map under the name that it gave it.</summary>
    [ToolTheory("kubectl")]
    [InlineData("base")]
    [InlineData("daemonset")]
    public async Task Manifests_ByKubectl_AreTheSame(string variant)
    {
        string text = (await Tool.RunAsync("kubectl", "kustomize", Repository.PathTo("packaging", "kubernetes", variant))).Succeeded();
        YamlNode[] manifests = [.. Yaml.ParseAll(text)];
        YamlNode[] ours = Kustomization.Render(variant);
        string map = Of(manifests, "ConfigMap").TextAt("metadata", "name")!;
        Assert.Matches("^collector-[a-z0-9]{10}$", map);
        Assert.Equal(map, ConfigMapOf(manifests));
        Assert.All(manifests.Where(m => m.TextAt("kind") != "Namespace"), m => Assert.Equal("collector", m.TextAt("metadata", "namespace")));
        Assert.Matches(@"^collector:\d+\.\d+\.\d+$", Container(manifests).TextAt("image"));
        Assert.Equal(ours.Select(m => m.TextAt("kind")).Order(), manifests.Select(m => m.TextAt("kind")).Order());
        Assert.All(manifests, manifest => Assert.All(["spec/selector", "spec/ports", "spec/endpoints", "spec/ingress", "spec/template/spec/securityContext", "data", "metadata/labels"], path =>
            Assert.Equal(Sorted(Of(ours, manifest.TextAt("kind")!).At(path.Split('/'))), Sorted(manifest.At(path.Split('/'))))));
    }

    /// <summary>Keys in order, since kustomize sorts them.</summary>
    static string Sorted(YamlNode? node) => node switch
    {
        YamlMappingNode map => $"{{{string.Join(", ", map.Children.Select(c => $"{c.Key}: {Sorted(c.Value)}").Order(StringComparer.Ordinal))}}}",
        YamlSequenceNode list => $"[{string.Join(", ", list.Select(Sorted))}]",
        _ => node?.ToString() ?? "",
    };

    static string ConfigMapOf(YamlNode[] manifests) =>
        Workload(manifests).ListAt("spec", "template", "spec", "volumes").Select(v => v.TextAt("configMap", "name")).OfType<string>().Single();

    static IEnumerable<string> Keys(YamlNode map) => ((YamlMappingNode)map).Children.Keys.Select(k => k.ToString()).Order(StringComparer.Ordinal);

    static YamlNode Of(YamlNode[] manifests, string kind) => manifests.Single(m => m.TextAt("kind") == kind);

    static YamlNode Workload(YamlNode[] manifests) => manifests.Single(m => m.TextAt("kind") is "Deployment" or "DaemonSet");

    static YamlNode Container(YamlNode[] manifests) => Workload(manifests).ListAt("spec", "template", "spec", "containers").Single();

    static string Settings(YamlNode[] manifests) => Of(manifests, "ConfigMap").TextAt("data", "collector.yaml")!;
}
