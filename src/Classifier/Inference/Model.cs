using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Runtime;
using System.Runtime.InteropServices;
using Classifier.Models;
using Classifier.Tokenizing;
using Microsoft.ML.OnnxRuntime;

namespace Classifier.Inference;

/// <summary>One loaded model: a session that any number of threads share, its tokenizer and its card.</summary>
/// <remarks>
/// Runs are single-threaded and go on side by side: the int8 model quantises over the whole tensor of a run, so a text has to be alone in its run for the
/// answer to be a function of the text. All members are safe on any thread; runners belong to the thread that rented them.
/// </remarks>
sealed partial class Model : IDisposable
{
    public const string InputIds = "input_ids";
    public const string AttentionMask = "attention_mask";
    public const string TokenTypeIds = "token_type_ids";

    // Goes up when the normaliser or the packing of answers changes, so that answers of another version are not taken from a file.
    const ulong AnswerVersion = 1;

    readonly ConcurrentBag<ModelRunner> _idle = [];

    // One user for the owner; the last to leave frees the session.
    int _users = 1;

    Model(ModelFiles files, ITokenizer tokenizer, InferenceSession session)
    {
        Card = files.Card;
        ModelHash = files.ModelHash;
        Origin = files.Origin;
        Tokenizer = tokenizer;
        Session = session;
        HasTokenTypes = session.InputMetadata.ContainsKey(TokenTypeIds);
        Identity = Identify(files);
    }

    public ModelCard Card { get; }

    public ITokenizer Tokenizer { get; }

    /// <inheritdoc cref="ModelFiles.ModelHash"/>
    public string ModelHash { get; }

    /// <inheritdoc cref="ModelFiles.Origin"/>
    public string Origin { get; }

    /// <summary>Changes with everything that an answer depends on: network, vocabulary, card, runtime and the rules before and after the model.</summary>
    public UInt128 Identity { get; }

    public InferenceSession Session { get; }

    public bool HasTokenTypes { get; }

    /// <summary>Loads a model, checks that it is what the card says and runs it once. Takes some 50 ms. The native library must be loaded.</summary>
    /// <param name="files">Its files; not kept.</param>
    /// <param name="problem">What is wrong, in one line; empty when a model is returned.</param>
    public static Model? TryLoad(ModelFiles files, out string problem)
    {
        InferenceSession? session = null;
        Model? model = null;
        try
        {
            ITokenizer tokenizer = TokenizerFile.Load(files.Card.VocabularyFile, files.Vocabulary, files.Merges);
            using SessionOptions options = CreateOptions();
            session = new InferenceSession(files.Model, options);
            problem = ModelShape.Check(session, files.Card) ?? "";
            if (problem.Length == 0)
            {
                model = new Model(files, tokenizer, session);
                session = null;
                problem = SelfTest.Run(model, files.IsBuiltIn ? 0 : tokenizer.VocabularySize) ?? VectorTest.Run(model, files.Vectors) ?? "";
                if (problem.Length == 0)
                {
                    return model;
                }
            }
        }
        catch (Exception e) when (e is OnnxRuntimeException or TypeInitializationException or EntryPointNotFoundException or InvalidDataException or TokenizingException or ArgumentException)
        {
            problem = e.Message;
        }
        finally
        {
            session?.Dispose();
        }

        model?.Dispose();
        problem = $"{files.Origin}: {files.Card.ModelFile}: {problem.ReplaceLineEndings(" ").Trim()}";
        return null;
    }

    /// <summary>Gives back what loading left behind: 23 MB of file on the managed heap and the parser's arenas in the C heap.</summary>
    public static void TrimMemory()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _ = MallocTrim(0);
    }

    /// <summary>A runner for the calling thread alone, to be given back with <see cref="Return"/>; null once the model is disposed.</summary>
    public ModelRunner? Rent()
    {
        int users = Volatile.Read(ref _users);
        while (users > 0)
        {
            int before = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (before == users)
            {
                return _idle.TryTake(out ModelRunner? runner) ? runner : new ModelRunner(this);
            }

            users = before;
        }

        return null;
    }

    public void Return(ModelRunner runner)
    {
        _idle.Add(runner);
        Leave();
    }

    /// <summary>No new runners; the session goes when the last runner is back.</summary>
    public void Dispose() => Leave();

    static SessionOptions CreateOptions()
    {
        SessionOptions options = new()
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,

            // Patterns are kept for each shape that was ever seen, and every length is a shape: no faster, and it grows.
            EnableMemoryPattern = false,
        };

        // Flush-to-zero stays off: it would be set on the thread that makes the session and on no other, and answers must not depend on the thread.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        return options;
    }

    static UInt128 Identify(ModelFiles files)
    {
        XxHash128 hash = new();
        hash.Append(MemoryMarshal.AsBytes<ulong>(new[] { AnswerVersion, (ulong)files.CardJson.Length, (ulong)files.Model.Length }));
        hash.Append(files.CardJson);
        hash.Append(files.Model);
        hash.Append(files.Vocabulary);
        hash.Append(files.Merges);
        hash.Append(files.ConfigJson);
        hash.Append(System.Text.Encoding.UTF8.GetBytes(OrtEnv.Instance().GetVersionString()));
        return hash.GetCurrentHashAsUInt128();
    }

    void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            foreach (ModelRunner runner in _idle)
            {
                runner.Dispose();
            }

            Session.Dispose();
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);
}
