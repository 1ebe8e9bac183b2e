namespace Classifier.Inference;

/// <summary>A few texts through a freshly loaded model: wrong widths, short position tables, a foreign vocabulary and broken weights show here.</summary>
static class SelfTest
{
    /// <param name="model">Just loaded.</param>
    /// <param name="vocabularySize">Tokens of its vocabulary; 0 when the long text was tried before and can be left out, which saves 15 ms.</param>
    /// <returns>Null when the model answers, else what is wrong.</returns>
    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">The network does not take a text that it must take.</exception>
    public static string? Run(Model model, int vocabularySize)
    {
        ModelRunner runner = model.Rent()!;
        try
        {
            Span<int> ids = runner.Ids;
            int length = model.Tokenizer.Encode("self-test: connection to # lost"u8, ids);
            if (runner.Run(ids[..length]).IsNone)
            {
                return "a plain text gives no finite numbers";
            }

            if (vocabularySize == 0)
            {
                return null;
            }

            // The last token of the vocabulary at every place of the longest text: both tables of the network must reach that far.
            ids.Fill(vocabularySize - 1);
            return runner.Run(ids).IsNone ? $"a text of {ids.Length} tokens gives no finite numbers" : null;
        }
        finally
        {
            model.Return(runner);
        }
    }
}
