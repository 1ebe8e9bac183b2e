using System.Runtime.InteropServices;
using Classifier.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Classifier.Inference;

/// <summary>Runs one text at a time through a model, on memory that is bound once for each length: a run allocates nothing managed.</summary>
/// <remarks>One thread at a time. Get one from <see cref="Model.Rent"/>.</remarks>
sealed unsafe class ModelRunner : IDisposable
{
    readonly Model _model;
    readonly RunOptions _options = new();
    readonly OrtIoBinding?[] _bindings;
    readonly List<IDisposable> _bound = [];
    readonly float[] _probabilities;
    readonly nint _memory;

    // One block: ids, mask (all ones) and types (all zero) as int64, then the two outputs as float.
    readonly long* _ids;
    readonly long* _mask;
    readonly long* _types;
    readonly float* _severities;
    readonly float* _categories;

    public ModelRunner(Model model)
    {
        _model = model;
        ModelCard card = model.Card;
        int tokens = card.TokenCountMax;
        Ids = new int[tokens];
        _bindings = new OrtIoBinding?[tokens + 1];
        _probabilities = new float[Math.Max(card.Severities.Length, card.Categories.Length)];
        nuint bytes = (nuint)((3 * tokens * sizeof(long)) + ((card.Severities.Length + card.Categories.Length) * sizeof(float)));
        _memory = (nint)NativeMemory.AllocZeroed(bytes);
        _ids = (long*)_memory;
        _mask = _ids + tokens;
        _types = _mask + tokens;
        _severities = (float*)(_types + tokens);
        _categories = _severities + card.Severities.Length;
        new Span<long>(_mask, tokens).Fill(1);
    }

    /// <summary>Scratch for token ids, as long as the longest text.</summary>
    public int[] Ids { get; }

    /// <summary>Of the last run, in the card's order; good until the next.</summary>
    public ReadOnlySpan<float> SeverityLogits => new(_severities, _model.Card.Severities.Length);

    /// <inheritdoc cref="SeverityLogits"/>
    public ReadOnlySpan<float> CategoryLogits => new(_categories, _model.Card.Categories.Length);

    /// <summary>Tokenises a normalised text and runs it.</summary>
    /// <returns>None when the network gives anything but finite numbers.</returns>
    /// <exception cref="OnnxRuntimeException">The run failed.</exception>
    /// <exception cref="Tokenizing.TokenizingException">A library's tokenizer failed.</exception>
    public Answer Run(ReadOnlySpan<byte> text) => Run(Ids.AsSpan(0, _model.Tokenizer.Encode(text, Ids)));

    /// <summary>Runs token ids, <c>[CLS]</c> and <c>[SEP]</c> included; 1 to the card's most.</summary>
    /// <inheritdoc cref="Run(ReadOnlySpan{byte})"/>
    public Answer Run(ReadOnlySpan<int> ids)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            _ids[i] = ids[i];
        }

        _model.Session.RunWithBinding(_options, _bindings[ids.Length] ?? Bind(ids.Length));
        return Decide();
    }

    public void Dispose()
    {
        foreach (IDisposable bound in _bound)
        {
            bound.Dispose();
        }

        _bound.Clear();
        _options.Dispose();
        NativeMemory.Free((void*)_memory);
    }

    Answer Decide()
    {
        ModelCard card = _model.Card;
        Span<float> probabilities = _probabilities.AsSpan(0, card.Severities.Length);
        Softmax.Compute(SeverityLogits, card.SeverityTemperature, probabilities);
        Span<float> sums = stackalloc float[(int)Severity.Critical + 1];
        sums.Clear();
        for (int i = 0; i < probabilities.Length; i++)
        {
            sums[(int)card.Severities[i]] += probabilities[i];
        }

        float best = -1;
        Severity severity = Severity.Info;
        foreach (Severity each in card.Severities)
        {
            if (each != Severity.Critical && sums[(int)each] > best)
            {
                (best, severity) = (sums[(int)each], each);
            }
        }

        float critical = sums[(int)Severity.Critical];
        // NaN spreads through the sum, so looking at one of them is enough.
        return float.IsNaN(critical) ? default : new Answer(critical, severity, best, Largest(CategoryLogits, card));
    }

    static Category Largest(ReadOnlySpan<float> logits, ModelCard card)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        return card.Categories.Length > 0 ? card.Categories[best] : card.DefaultCategory;
    }

    OrtIoBinding Bind(int tokens)
    {
        OrtIoBinding binding = _model.Session.CreateIoBinding();
        _bound.Add(binding);
        long[] shape = [1, tokens];
        binding.BindInput(Model.InputIds, Tensor(TensorElementType.Int64, shape, _ids, tokens * sizeof(long)));
        binding.BindInput(Model.AttentionMask, Tensor(TensorElementType.Int64, shape, _mask, tokens * sizeof(long)));
        if (_model.HasTokenTypes)
        {
            binding.BindInput(Model.TokenTypeIds, Tensor(TensorElementType.Int64, shape, _types, tokens * sizeof(long)));
        }

        ModelCard card = _model.Card;
        BindOutput(binding, card.SeverityOutput, _severities, card.Severities.Length);
        if (card.Categories.Length > 0)
        {
            BindOutput(binding, card.CategoryOutput, _categories, card.Categories.Length);
        }

        return _bindings[tokens] = binding;
    }

    void BindOutput(OrtIoBinding binding, string name, float* memory, int labels) =>
        binding.BindOutput(name, Tensor(TensorElementType.Float, [1, labels], memory, labels * sizeof(float)));

    OrtValue Tensor(TensorElementType type, long[] shape, void* memory, int bytes)
    {
        OrtValue value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, (nint)memory, bytes);
        _bound.Add(value);
        return value;
    }
}
