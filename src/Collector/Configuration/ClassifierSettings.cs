using Classifier;
using Collector.Samples;
using Receivers;

namespace Collector.Configuration;

/// <summary>Settings under <c>classifier</c>.</summary>
/// <param name="Policy">Whose severity counts.</param>
/// <param name="Options">Of the classifier itself.</param>
/// <param name="Samples">Null: none are kept.</param>
sealed record ClassifierSettings(SeverityPolicy Policy, ClassifierOptions Options, SampleOptions? Samples)
{
    public static ClassifierSettings Read(OptionsReader reader)
    {
        ClassifierOptions defaults = new();
        SeverityPolicy policy = (SeverityPolicy)reader.Choice(
            "policy", (int)SeverityPolicy.Model, SeverityPolicyNames.Names, "Whose severity counts: the model's, the one that the sender declared, or the graver of the two.");
        double threshold = reader.Fraction("critical_threshold", 0, 0, 1, "Probability from which a record is critical; 0 takes the model's own.");
        ClassifierOptions options = new()
        {
            ModelFolder = reader.Text("model_folder", null, "Folder of another model than the one that is built in: model.json, the ONNX file and the vocabulary."),
            StateFolder = reader.Text("state_folder", null, "Folder where the answers of the model are kept over restarts; without it they are not."),
            CriticalThreshold = threshold > 0 ? (float)threshold : null,
            InferenceThreads = (int)reader.Number(
                "inference_threads", defaults.InferenceThreads, 0, ClassifierOptions.InferenceThreadsMax,
                "Threads that run the model, at lower priority than the rest; 0 is one less than there are processors, and both of two."),
            QueueTemplatesMax = (int)reader.Number(
                "queue_templates_max", defaults.QueueTemplatesMax, ClassifierOptions.QueueTemplatesMin, ClassifierOptions.QueueTemplatesLimit,
                "New texts that wait for the model. Records of further ones get the sender's own severity."),
            WaitTemplatesMax = (int)reader.Number(
                "wait_templates_max", defaults.WaitTemplatesMax, 1, ClassifierOptions.QueueTemplatesLimit,
                "New texts that may be ahead of a record for it to wait; with more it gets the sender's own severity at once."),
            WaitersMax = (int)reader.Number(
                "waiters_max", defaults.WaitersMax, 1, 1_048_576, "Records that wait for the model in all. Further ones get the sender's own severity."),
            CacheEntriesMax = (int)reader.Number(
                "cache_entries_max", defaults.CacheEntriesMax, ClassifierOptions.CacheEntriesMin, ClassifierOptions.CacheEntriesLimit,
                "Texts whose answer is remembered. When full, those that were not seen lately make room."),
            CacheBytesMax = reader.Bytes(
                "cache_bytes_max", defaults.CacheBytesMax, ClassifierOptions.CacheBytesMin, ClassifierOptions.CacheBytesLimit,
                "Memory for them; the smaller of the two bounds holds."),
            SaveIntervalSeconds = (int)reader.Duration(
                "save_interval", TimeSpan.FromSeconds(defaults.SaveIntervalSeconds), TimeSpan.FromSeconds(ClassifierOptions.SaveIntervalSecondsMin),
                TimeSpan.FromSeconds(ClassifierOptions.SaveIntervalSecondsLimit), "Time between two saves to the state folder; nothing is written when nothing changed.").TotalSeconds,
        };
        if (options.WaitTemplatesMax > options.QueueTemplatesMax)
        {
            reader.Mistake("wait_templates_max", $"must not be more than queue_templates_max ({options.QueueTemplatesMax})");
        }

        return new ClassifierSettings(
            policy, options, SampleOptions.Read(reader.Section("samples", "Records on which the model is unsure, kept for people to label.")));
    }
}
