using Classifier;
using Collector.Pipeline;
using Receivers;

namespace Collector.Tests;

public sealed class ArchitectureTests
{
    [Theory]
    [InlineData(typeof(LogRecord), "")]
    [InlineData(typeof(Verdict), "")]
    [InlineData(typeof(Ledger), "Classifier,Receivers")]
    public void References_OfARoom_PointOneWay(Type roomType, string allowed)
    {
        string[] rooms = ["Receivers", "Classifier", "collector"];
        IEnumerable<string> seen = roomType.Assembly.GetReferencedAssemblies().Select(a => a.Name!).Where(rooms.Contains).Order(StringComparer.Ordinal);
        Assert.Equal(allowed, string.Join(',', seen));
    }
}
