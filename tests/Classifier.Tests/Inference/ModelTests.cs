using System.Security.Cryptography;
using System.Text.Json;
using Classifier.Inference;
using Classifier.Models;
using Classifier.Tests.Shared;
using Tests.Shared;

namespace Classifier.Tests.Inference;

public sealed class ModelTests
{
    // The card: across CPU kinds float rounding may flip single quantisation steps.
    const float LogitTolerance = 0.15f;

    // All 1,920 take ten seconds of a core; the sample is a tenth of them, and another one each day.
    static readonly int Stride = Environment.GetEnvironmentVariable("COLLECTOR_TEST_ALL") == "1" ? 1 : 11;

    [Fact]
    public void Run_OnTheVectors_GivesTheirLogits()
    {
        using JsonDocument answers = JsonDocument.Parse($"[{string.Join(',', File.ReadLines(Repository.PathTo("models", "vectors.jsonl")))}]");
        Model model = TestModel.Instance;
        ModelRunner runner = model.Rent()!;
        int seed = Stride == 1 ? 0 : (int)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 86_400 % Stride;
        for (int i = seed; i < ModelVectors.All.Count; i += Stride)
        {
            runner.Run(ModelVectors.All[i].Text);
            JsonElement answer = answers.RootElement[i];
            string text = $"vector {i}, seed {seed}";
            AssertNear(answer.GetProperty("severity_logits"), runner.SeverityLogits, text);
            AssertNear(answer.GetProperty("category_logits"), runner.CategoryLogits, text);
        }

        model.Return(runner);
    }

    [Fact]
    public void Run_OfATextAmongOthers_GivesTheSameBits()
    {
        Model model = TestModel.Instance;
        ModelRunner runner = model.Rent()!;
        ModelRunner other = model.Rent()!;
        float[] first = Logits(runner, 0);
        for (int i = 1; i < 20; i++)
        {
            Logits(i % 2 == 0 ? runner : other, i);
            Assert.Equal(first, Logits(other, 0));
        }

        model.Return(runner);
        model.Return(other);
    }

    /// <summary>Four threads at once on one session, and a session that was loaded anew as after a restart: every logit has the bits of a quiet run.</summary>
    [Fact]
    public async Task Run_OnEveryThreadAtLoadAndInAnotherSession_GivesTheSameBits()
    {
        const int Texts = 12;
        ModelRunner quiet = TestModel.Instance.Rent()!;
        int[][] expected = [.. Enumerable.Range(0, Texts).Select(i => Bits(quiet, i))];
        TestModel.Instance.Return(quiet);
        using Model another = TestModel.Load();
        Model[] models = [TestModel.Instance, another];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            Model model = models[thread % 2];
            ModelRunner runner = model.Rent()!;
            int[] order = [.. Enumerable.Range(0, Texts)];
            Random random = new(thread);
            for (int round = 0; round < 3; round++)
            {
                random.Shuffle(order);
                Assert.All(order, i => Assert.Equal(expected[i], Bits(runner, i)));
            }

            model.Return(runner);
        })));
    }

    [Fact]
    public void Run_InSteadyState_AllocatesNothing()
    {
        ModelRunner runner = TestModel.Instance.Rent()!;
        byte[] text = ModelVectors.All[0].Text;
        runner.Run(text);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++)
        {
            runner.Run(text);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        TestModel.Instance.Return(runner);
    }

    [Fact]
    public void ModelHash_OfTheBuiltInModel_IsThatOfTheFile()
    {
        ModelFiles files = ModelFiles.TryReadBuiltIn(out _)!;
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(files.Model)), files.ModelHash);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(files.Vocabulary)), files.Card.Sha256[files.Card.VocabularyFile]);
    }

    [Theory]
    [InlineData(101, "[CLS]")]
    [InlineData(30_521, "##～")]
    public void Token_OfAnId_IsTheLineOfTheVocabulary(int id, string piece) => Assert.Equal(piece, TestModel.Instance.Tokenizer.Token(id));

    static int[] Bits(ModelRunner runner, int vector) => [.. Logits(runner, vector * 7).Select(BitConverter.SingleToInt32Bits)];

    static float[] Logits(ModelRunner runner, int vector)
    {
        runner.Run(ModelVectors.All[vector].Text);
        return [.. runner.SeverityLogits, .. runner.CategoryLogits];
    }

    static void AssertNear(JsonElement expected, ReadOnlySpan<float> actual, string text)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Length);
        for (int i = 0; i < actual.Length; i++)
        {
            float difference = MathF.Abs(expected[i].GetSingle() - actual[i]);
            Assert.True(difference <= LogitTolerance, $"{text}: logit {i} is {actual[i]}, expected {expected[i]}");
        }
    }
}
