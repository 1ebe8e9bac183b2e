using Classifier.Inference;

namespace Classifier.Caching;

/// <summary>An entry of the <see cref="TemplateCache"/> outside of it.</summary>
/// <param name="Key">Of the text.</param>
/// <param name="Answer">Of the model.</param>
/// <param name="Heat">0 to 3: how well it has earned its place.</param>
/// <param name="Tally">Hits so far, and the last.</param>
readonly record struct SavedTemplate(TemplateKey Key, Answer Answer, uint Heat, Tally Tally);
