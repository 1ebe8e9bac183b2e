using Packaging.Tests.Tools;
using Tests.Shared;

namespace Packaging.Tests.Systemd;

public sealed class UnitTests
{
    static readonly string Unit = Repository.PathTo("packaging", "systemd", "collector.service");

    [ToolFact("systemd-analyze")]
    public async Task Unit_Exposure_IsAtMostTwo() =>
        (await Tool.RunAsync("systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=20", Unit)).Succeeded();
}
