using Classifier.Inference;
using Classifier.Models;

namespace Classifier.Tests.Shared;

/// <summary>The shipped model, loaded once for all tests that only ask it.</summary>
static class TestModel
{
    static readonly Lazy<Model> Loaded = new(Load);

    public static Model Instance => Loaded.Value;

    public static Model Load()
    {
        Assert.Null(NativeRuntime.EnsureLoaded(null));
        ModelFiles? files = ModelFiles.TryReadBuiltIn(out string problem);
        Assert.True(files is not null, problem);
        Model? model = Model.TryLoad(files, out problem);
        Assert.True(model is not null, problem);
        return model;
    }
}
