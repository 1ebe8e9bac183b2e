using System.Runtime.CompilerServices;

namespace Tests.Shared;

/// <summary>Compares a text with <c>Class.Method.verified.txt</c> beside the test: Verify's file names and ways, so that Verify can step in.</summary>
static class Snapshot
{
    /// <summary>Fails when the text differs, and leaves the new text as <c>*.received.txt</c> to look at and to rename.</summary>
    /// <param name="actual">What the test made; times and ids fixed by the test, so that nothing is scrubbed.</param>
    /// <param name="extension">Of the files, without the dot.</param>
    /// <param name="parameters">Tells the cases of a theory apart: <c>Class.Method_parameters.verified.txt</c>.</param>
    /// <param name="method">Filled in by the compiler.</param>
    /// <param name="file">Filled in by the compiler.</param>
    public static void Verify(
        string actual, string extension = "txt", string parameters = "", [CallerMemberName] string method = "", [CallerFilePath] string file = "")
    {
        string stem = Path.Combine(
            Path.GetDirectoryName(file)!, Path.GetFileNameWithoutExtension(file) + "." + method + (parameters.Length > 0 ? "_" + parameters : ""));
        string verified = $"{stem}.verified.{extension}";
        string received = $"{stem}.received.{extension}";
        string expected = File.Exists(verified) ? File.ReadAllText(verified) : "";
        if (actual.ReplaceLineEndings("\n").TrimEnd('\n') == expected.ReplaceLineEndings("\n").TrimEnd('\n'))
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, actual);
        Assert.Fail($"Differs from {verified}; rename {Path.GetFileName(received)} over it if the new text is right.\n--- expected\n{expected}\n--- actual\n{actual}");
    }
}
