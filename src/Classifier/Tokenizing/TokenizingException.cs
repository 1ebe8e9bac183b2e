namespace Classifier.Tokenizing;

/// <summary>A library's tokenizer failed on a text: its record keeps the declared severity, like one on which the network fails.</summary>
public sealed class TokenizingException(string message, Exception inner) : Exception(message, inner);
