using System.Runtime.InteropServices;
using Classifier.Caching;
using Classifier.Normalizing;
using Classifier.Tokenizing;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using Counter = Classifier.Inference.InferenceStatistics.Counter;

namespace Classifier.Inference;

/// <summary>A model at work: its answers so far, the texts that wait for it and the threads that run it. Lives as long as the model is in charge.</summary>
sealed partial class ModelEngine
{
    // A nice value at which a busy thread gets a third of a core that a usual thread wants too: reading records goes before judging them.
    const int WorkerNice = 5;

    readonly InferenceStatistics _statistics;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly List<Thread> _workers = [];

    // Of the last failure that was logged, 0 for none.
    long _failureLogged;

    public ModelEngine(Model model, ClassifierOptions options, InferenceStatistics statistics, TimeProvider time, ILogger logger)
    {
        Model = model;
        Threshold = options.CriticalThreshold ?? model.Card.CriticalThreshold;
        Cache = new TemplateCache(options.CacheEntriesMax, options.CacheBytesMax);
        Examples = new TemplateExamples(Cache);
        Queue = new InferenceQueue(Cache, options.QueueTemplatesMax, options.WaitTemplatesMax, options.WaitersMax);
        _statistics = statistics;
        _time = time;
        _logger = logger;
    }

    public Model Model { get; }

    public TemplateCache Cache { get; }

    public TemplateExamples Examples { get; }

    public InferenceQueue Queue { get; }

    /// <summary>Probability of critical from which a verdict is critical.</summary>
    public float Threshold { get; }

    public void Start(int threads)
    {
        for (int i = 0; i < threads; i++)
        {
            Thread worker = new(Work) { IsBackground = true, Name = $"inference-{i}" };
            _workers.Add(worker);
            worker.Start();
        }
    }

    /// <summary>Ends the threads after the runs that they are in, tells everyone who still waits the fallback verdict, and lets the model go.</summary>
    public void Stop()
    {
        List<Waiter> waiters = [];
        Queue.Close(waiters);
        Tell(waiters, default, default);
        foreach (Thread worker in _workers)
        {
            worker.Join();
        }

        _workers.Clear();
        Model.Dispose();
    }

    /// <summary>Takes what another engine with the same model has learnt.</summary>
    public void TakeOver(ModelEngine other)
    {
        Cache.RestoreAll(other.Cache);
        foreach ((TemplateKey key, Example example) in other.Examples.All())
        {
            Examples.Restore(key, example);
        }
    }

    /// <summary>Asks the model on the calling thread and remembers the answer.</summary>
    /// <param name="key">Of the text.</param>
    /// <param name="text">Normalised.</param>
    /// <returns>None when the model fails or is gone.</returns>
    public Answer Ask(in TemplateKey key, ReadOnlySpan<byte> text)
    {
        ModelRunner? runner = Model.Rent();
        if (runner is null)
        {
            return default;
        }

        try
        {
            return Run(runner, key, text);
        }
        finally
        {
            Model.Return(runner);
        }
    }

    void Work()
    {
        _ = SetPriority(0, 0, WorkerNice);
        ModelRunner? runner = Model.Rent();
        if (runner is null)
        {
            return;
        }

        byte[] text = new byte[Normalizer.TextBytesMax];
        List<Waiter> waiters = [];
        while (Queue.Take(out TemplateKey key, text, out int length))
        {
            Answer answer = Run(runner, key, text.AsSpan(0, length));
            Queue.Complete(key, waiters);
            Tell(waiters, answer, key);
        }

        Model.Return(runner);
    }

    Answer Run(ModelRunner runner, in TemplateKey key, ReadOnlySpan<byte> text)
    {
        long start = _time.GetTimestamp();
        Answer answer = default;
        string problem = "the model gives no finite numbers";
        try
        {
            answer = runner.Run(text);
        }
        catch (Exception e) when (e is OnnxRuntimeException or TokenizingException)
        {
            problem = e.Message;
        }

        _statistics.Ran(_time.GetElapsedTime(start));
        if (answer.IsNone)
        {
            Failed(key, problem);
            return answer;
        }

        Cache.Set(key, answer);
        return answer;
    }

    void Failed(in TemplateKey key, string problem)
    {
        _statistics.Count(Counter.Failure);
        long now = _time.GetTimestamp();
        long last = Interlocked.Read(ref _failureLogged);
        bool isDue = last == 0 || _time.GetElapsedTime(last, now) >= TimeSpan.FromMinutes(1);
        if (isDue && Interlocked.CompareExchange(ref _failureLogged, now, last) == last)
        {
            LogInferenceFailed(key.High, problem);
        }
    }

    void Tell(List<Waiter> waiters, Answer answer, in TemplateKey key)
    {
        Verdict verdict = answer.IsNone ? default : answer.ToVerdict(Threshold, key);
        foreach (Waiter waiter in CollectionsMarshal.AsSpan(waiters))
        {
            _statistics.Count(answer.IsNone ? Counter.FallbackVerdict : Counter.ModelVerdict);
            Verdict told = answer.IsNone ? DeclaredSeverity.Fallback(waiter.DeclaredSeverity) with { TemplateId = waiter.TemplateId } : verdict;
            waiter.Target.OnVerdict(waiter.Index, told);
        }

        waiters.Clear();
    }

    // Linux keeps a nice value a thread; who = 0 is the calling one.
    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int nice);
}
