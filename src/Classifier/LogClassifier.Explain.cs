using System.Text;
using Classifier.Caching;
using Classifier.Inference;
using Classifier.Models;
using Classifier.Normalizing;
using Classifier.Tokenizing;
using Microsoft.ML.OnnxRuntime;

namespace Classifier;

public sealed partial class LogClassifier
{
    /// <summary>Words that <see cref="Explain"/> weighs: more than 96 tokens hold, and half a second of one core.</summary>
    public const int ExplainedWordsMax = 128;

    /// <summary>Why a record gets its verdict: runs the model once on the text and once without each of its words. Up to half a second on the calling thread.</summary>
    /// <param name="app">App name, may be empty; any bytes.</param>
    /// <param name="body">Message text; any bytes.</param>
    /// <param name="declaredSeverity">OTel SeverityNumber 0 to 24 that the sender declared, for the fallback.</param>
    /// <param name="wordsMax">Words that are weighed, 1 to <see cref="ExplainedWordsMax"/>: a run of the model each.</param>
    public Explanation Explain(ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, byte declaredSeverity, int wordsMax = ExplainedWordsMax)
    {
        byte[] buffer = new byte[Normalizer.TextBytesMax];
        ReadOnlySpan<byte> text = buffer.AsSpan(0, Normalizer.Normalize(app, body, buffer));
        Explanation unexplained = new()
        {
            NormalizedText = Encoding.UTF8.GetString(text),
            Verdict = DeclaredSeverity.Fallback(declaredSeverity) with { TemplateId = TemplateKey.Of(text).High },
        };
        ModelEngine? engine = Volatile.Read(ref _engine);
        ModelRunner? runner = engine?.Model.Rent();
        if (engine is null || runner is null)
        {
            return unexplained;
        }

        try
        {
            return ExplainCore(engine, runner, text, unexplained, wordsMax);
        }
        catch (Exception e) when (e is OnnxRuntimeException or TokenizingException)
        {
            return unexplained;
        }
        finally
        {
            engine.Model.Return(runner);
        }
    }

    static Explanation ExplainCore(ModelEngine engine, ModelRunner runner, ReadOnlySpan<byte> text, Explanation unexplained, int wordsMax)
    {
        Model model = engine.Model;
        ModelCard card = model.Card;
        Answer answer = runner.Run(text);
        if (answer.IsNone)
        {
            return unexplained;
        }

        int[] ids = runner.Ids[..model.Tokenizer.Encode(text, runner.Ids)];
        Verdict verdict = answer.ToVerdict(engine.Threshold, TemplateKey.Of(text));
        Explanation explanation = unexplained with
        {
            Verdict = verdict,
            TokenIds = ids,
            Tokens = [.. ids.Select(model.Tokenizer.Token)],
            Severities = Labels(runner.SeverityLogits, card.SeverityTemperature, i => NameOf(card, i)),
            Categories = Labels(runner.CategoryLogits, card.CategoryTemperature, i => card.Categories[i].Name()),
            CriticalThreshold = engine.Threshold,
        };
        float whole = ProbabilityOf(verdict.Severity, card, [.. explanation.Severities.Select(label => label.Probability)]);
        return explanation with { Words = Weigh(runner, card, text, verdict.Severity, whole, wordsMax) };
    }

    static string NameOf(ModelCard card, int label)
    {
        string severity = card.Severities[label].Name();
        return card.SeverityLabels[label] == severity ? severity : $"{severity} ({card.SeverityLabels[label]})";
    }

    static float ProbabilityOf(Severity severity, ModelCard card, ReadOnlySpan<float> probabilities)
    {
        float sum = 0;
        for (int i = 0; i < probabilities.Length; i++)
        {
            sum += card.Severities[i] == severity ? probabilities[i] : 0;
        }

        return sum;
    }

    static List<ExplainedWord> Weigh(ModelRunner runner, ModelCard card, ReadOnlySpan<byte> text, Severity severity, float whole, int wordsMax)
    {
        List<ExplainedWord> words = [];
        float[] probabilities = new float[card.Severities.Length];
        byte[] without = new byte[text.Length];
        foreach (Range range in text.Split((byte)' '))
        {
            (int start, int length) = range.GetOffsetAndLength(text.Length);
            if (length == 0 || words.Count == wordsMax)
            {
                continue;
            }

            // The space after the word goes with it, or the one before it at the end.
            int from = start + length == text.Length ? Math.Max(0, start - 1) : start;
            int to = Math.Min(text.Length, start + length + 1);
            text[..from].CopyTo(without);
            text[to..].CopyTo(without.AsSpan(from));
            runner.Run(without.AsSpan(0, text.Length - (to - from)));
            Softmax.Compute(runner.SeverityLogits, card.SeverityTemperature, probabilities);
            words.Add(new ExplainedWord(Encoding.UTF8.GetString(text.Slice(start, length)), whole - ProbabilityOf(severity, card, probabilities)));
        }

        return words;
    }

    static ExplainedLabel[] Labels(ReadOnlySpan<float> logits, float temperature, Func<int, string> name)
    {
        float[] probabilities = new float[logits.Length];
        Softmax.Compute(logits, temperature, probabilities);
        ExplainedLabel[] labels = new ExplainedLabel[logits.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = new ExplainedLabel(name(i), logits[i], probabilities[i]);
        }

        return labels;
    }
}
