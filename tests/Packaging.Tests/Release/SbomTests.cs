using System.Security.Cryptography;
using System.Text.Json;
using Packaging.Tests.Tools;
using Tests.Shared;

namespace Packaging.Tests.Release;

public sealed class SbomTests
{
    [ToolFact("jq")]
    public async Task Sbom_Written_NamesEveryPackageOfTheLockFilesOnceAndTheModel()
    {
        JsonElement sbom = await WriteAsync();
        Assert.Equal("CycloneDX 1.5", $"{sbom.GetProperty("bomFormat").GetString()} {sbom.GetProperty("specVersion").GetString()}");
        Assert.Equal("1.2.3", sbom.GetProperty("metadata").GetProperty("component").GetProperty("version").GetString());

        IEnumerable<string> locked =
            from file in Directory.GetFiles(Repository.PathTo("src"), "packages.lock.json", SearchOption.AllDirectories)
            from framework in JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("dependencies").EnumerateObject()
            from package in framework.Value.EnumerateObject()
            where package.Value.TryGetProperty("resolved", out _) && package.Name is not ("Microsoft.CodeAnalysis.BannedApiAnalyzers" or "Microsoft.NET.ILLink.Tasks")
            select $"pkg:nuget/{package.Name}@{package.Value.GetProperty("resolved").GetString()}";
        JsonElement[] components = [.. sbom.GetProperty("components").EnumerateArray()];
        Assert.Equal(
            locked.Distinct().Order(StringComparer.Ordinal),
            components.Where(c => c.GetProperty("type").GetString() == "library").Select(c => c.GetProperty("purl").GetString()!).Order(StringComparer.Ordinal));

        JsonElement model = components.Single(c => c.GetProperty("type").GetString() == "machine-learning-model");
        byte[] hash = SHA256.HashData(await File.ReadAllBytesAsync(Repository.PathTo("models", "severity.onnx")));
        Assert.Equal(Convert.ToHexStringLower(hash), model.GetProperty("hashes")[0].GetProperty("content").GetString());
    }

    [ToolFact("jq")]
    public async Task Sbom_Dependencies_NameComponentsOnly()
    {
        JsonElement sbom = await WriteAsync();
        string[] references = [.. sbom.GetProperty("components").EnumerateArray().Select(c => c.GetProperty("bom-ref").GetString()!)];
        Assert.Equal(references.Distinct(), references);
        foreach (JsonElement dependency in sbom.GetProperty("dependencies").EnumerateArray())
        {
            Assert.Contains(dependency.GetProperty("ref").GetString(), references.Append("collector"));
            Assert.All(dependency.GetProperty("dependsOn").EnumerateArray(), d => Assert.Contains(d.GetString(), references));
        }
    }

    static async Task<JsonElement> WriteAsync() =>
        JsonDocument.Parse((await Tool.RunAsync("bash", Repository.PathTo("packaging", "sbom.sh"), "1.2.3")).Succeeded()).RootElement;
}
