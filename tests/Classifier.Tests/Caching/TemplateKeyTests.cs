using Classifier.Caching;

namespace Classifier.Tests.Caching;

public class TemplateKeyTests
{
    [Fact]
    public void Of_Empty_IsThePublishedXxh3Value()
    {
        Assert.Equal(new TemplateKey(0x99AA06D3014798D8, 0x6001C324468D497F), TemplateKey.Of([]));
    }
}
