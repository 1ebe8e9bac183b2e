namespace Collector.Configuration;

/// <summary>Reads whole small files, and says in a few words why one cannot be read.</summary>
static class BoundedFile
{
    /// <returns>Null when the file is longer than <paramref name="bytesMax"/>; at most one byte more than that is read.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is a folder or may not be read.</exception>
    public static byte[]? Read(string path, int bytesMax)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("it is a folder");
        }

        // The length that the file system tells is not trusted: /proc files have none, and a file may grow.
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        byte[] bytes = new byte[4096];
        int length = 0;
        for (int read; (read = file.Read(bytes, length, Math.Min(bytes.Length, bytesMax + 1) - length)) > 0;)
        {
            length += read;
            if (length > bytesMax)
            {
                return null;
            }

            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, bytes.Length * 2);
            }
        }

        return bytes[..length];
    }

    /// <summary>The system's own message repeats the path; the caller has named it already.</summary>
    public static string Why(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "permission denied",
        _ => exception.Message,
    };
}
