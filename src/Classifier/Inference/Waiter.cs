namespace Classifier.Inference;

/// <summary>A record that waits for the answer on its text.</summary>
/// <param name="Target">Who is told.</param>
/// <param name="Index">Which of its records it is.</param>
/// <param name="DeclaredSeverity">For the fallback, should the model fail.</param>
/// <param name="TemplateId">For the same.</param>
readonly record struct Waiter(IVerdictWaiter Target, int Index, byte DeclaredSeverity, ulong TemplateId);
