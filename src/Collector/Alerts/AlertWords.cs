using System.Threading.Channels;
using Classifier;

namespace Collector.Alerts;

/// <summary>Which words carried a template's verdict: asked for once, answered by one task of its own at low priority, off the way of the records.</summary>
/// <remarks>Bounded: 64 texts wait, further ones go without; 1,024 answers are kept, then all are forgotten, as they are when the model is replaced. Safe on any thread.</remarks>
sealed class AlertWords : IAsyncDisposable
{
    const int QueueMax = 64;
    const int AnswersMax = 1024;
    const int BodyBytesMax = 4096;
    const int NamedMax = 5;

    // Less than this is no reason.
    const float WeightMin = 0.02f;

    readonly Lock _lock = new();
    readonly Dictionary<ulong, TaskCompletionSource<IReadOnlyList<ExplainedWord>>> _answers = [];
    readonly Channel<Question> _questions = Channel.CreateBounded<Question>(new BoundedChannelOptions(QueueMax) { SingleReader = true });
    readonly Func<byte[], byte[], byte, Explanation> _explain;
    readonly Func<string> _model;
    readonly Task _task;
    string _answersOf = "";

    public AlertWords(LogClassifier classifier)
        : this((app, body, declared) => classifier.Explain(app, body, declared, AlertWordsMax), () => classifier.ModelHash)
    {
    }

    /// <param name="explain">App, body and declared level to an explanation.</param>
    /// <param name="model">The model of today; two that differ have different ones. Called under a lock.</param>
    public AlertWords(Func<byte[], byte[], byte, Explanation> explain, Func<string>? model = null)
    {
        _explain = explain;
        _model = model ?? (static () => "");
        _task = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Words of a text that are weighed: 32 runs of the model, some 200 ms.</summary>
    public static int AlertWordsMax => 32;

    /// <summary>Has a template's words looked for, unless they are known, on their way, or too many wait. Does not wait.</summary>
    public void Ask(ulong template, ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, byte declared)
    {
        lock (_lock)
        {
            ForgetOtherModels();
            if (_answers.ContainsKey(template))
            {
                return;
            }

            if (_answers.Count >= AnswersMax)
            {
                _answers.Clear();
            }

            TaskCompletionSource<IReadOnlyList<ExplainedWord>> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Question question = new(template, app.ToArray(), body[..Math.Min(body.Length, BodyBytesMax)].ToArray(), declared, answer);
            if (_questions.Writer.TryWrite(question))
            {
                _answers.Add(template, answer);
            }
        }
    }

    /// <summary>The words, the weightiest first.</summary>
    /// <returns>Completed at once when they are known or nobody asked for them.</returns>
    public Task<IReadOnlyList<ExplainedWord>> OfAsync(ulong template)
    {
        lock (_lock)
        {
            ForgetOtherModels();
            return _answers.TryGetValue(template, out TaskCompletionSource<IReadOnlyList<ExplainedWord>>? answer)
                ? answer.Task
                : Task.FromResult<IReadOnlyList<ExplainedWord>>([]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _questions.Writer.TryComplete();
        await _task.ConfigureAwait(false);
    }

    void ForgetOtherModels()
    {
        string model = _model();
        if (model != _answersOf)
        {
            _answers.Clear();
            _answersOf = model;
        }
    }

    void Run()
    {
        Outputs.Posix.LowerPriority();
        while (_questions.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_questions.Reader.TryRead(out Question? question))
            {
                question.Answer.SetResult(Answer(question));
            }
        }
    }

    IReadOnlyList<ExplainedWord> Answer(Question question)
    {
        Explanation explanation;
        try
        {
            explanation = _explain(question.App, question.Body, question.Declared);
        }
#pragma warning disable CA1031 // An alert goes out without its words rather than not at all.
        catch (Exception)
#pragma warning restore CA1031
        {
            return [];
        }

        // Of a text that was cut, or after a change of the model, the words would be those of another verdict.
        return explanation.Verdict.TemplateId != question.Template ? [] :
        [
            .. explanation.Words.Where(w => w.Weight >= WeightMin).OrderByDescending(w => w.Weight).Take(NamedMax)
                .Select(w => w with { Word = AlertText.Cut(AlertText.Clean(System.Text.Encoding.UTF8.GetBytes(w.Word), 60), 60) }),
        ];
    }

    sealed record Question(ulong Template, byte[] App, byte[] Body, byte Declared, TaskCompletionSource<IReadOnlyList<ExplainedWord>> Answer);
}
