using System.Security.Cryptography;

namespace Collector.Outputs.Tls;

/// <summary>Notices that the files of TLS hold something new.</summary>
/// <remarks>
/// By what they hold and not by their times: tools that renew certificates swap links, copy times and write in place. Used by one task.
/// </remarks>
sealed class TlsFileWatch
{
    // A renewal has days; a read of three small files costs some 0.1 ms.
    static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    readonly string[] _files;
    readonly TimeProvider _time;
    byte[] _digest;
    long _checkedAt;

    /// <param name="options">Names the files.</param>
    /// <param name="time">The clock.</param>
    public TlsFileWatch(ClientTlsOptions options, TimeProvider time)
    {
        _files = [.. options.Files];
        _time = time;
        _digest = Digest();
        _checkedAt = time.GetTimestamp();
    }

    /// <summary>True once for each new content; looked for every ten seconds.</summary>
    public bool HasNews()
    {
        if (_files.Length == 0 || _time.GetElapsedTime(_checkedAt) < Period)
        {
            return false;
        }

        _checkedAt = _time.GetTimestamp();
        byte[] digest = Digest();
        bool isNew = !digest.AsSpan().SequenceEqual(_digest);
        _digest = digest;
        return isNew;
    }

    /// <summary>Of all files; one that cannot be read counts as empty, and as news when it is back.</summary>
    byte[] Digest()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in _files)
        {
            try
            {
                hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                hash.AppendData([0]);
            }
        }

        return hash.GetHashAndReset();
    }
}
