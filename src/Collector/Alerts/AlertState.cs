using System.Text.Json;
using System.Text.Json.Serialization;

namespace Collector.Alerts;

/// <summary>The file that carries a channel's alerts over a restart: written whole or not at all.</summary>
sealed class AlertState
{
    // 1,000 groups of the longest texts, written with escapes.
    const long BytesMax = 32L << 20;

    const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly string _path;

    /// <param name="folder">Made when it is not there.</param>
    /// <param name="channel">Name under <c>outputs</c>; any text.</param>
    public AlertState(string folder, string channel) => _path = Path.Combine(folder, $"alerts-{Uri.EscapeDataString(channel)}.json");

    /// <summary>What an earlier run left.</summary>
    /// <param name="problem">Why it cannot be read; null when it was, or when there is none. The file is then set aside.</param>
    public IReadOnlyList<AlertGroup> Load(out string? problem)
    {
        problem = null;
        try
        {
            FileInfo file = new(_path);
            if (!file.Exists)
            {
                return [];
            }

            if (file.Length > BytesMax)
            {
                throw new JsonException("too large");
            }

            using FileStream stream = file.OpenRead();
            List<AlertGroup> groups = JsonSerializer.Deserialize(stream, AlertStateJson.Default.ListAlertGroup) ?? throw new JsonException("empty");
            return groups.TrueForAll(IsSound) ? groups : throw new JsonException("not a state of alerts");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            problem = e.Message;
            SetAside();
            return [];
        }
    }

    /// <exception cref="IOException">Or <see cref="UnauthorizedAccessException"/>: not written; the older file is as it was.</exception>
    public void Save(IReadOnlyCollection<AlertGroup> groups)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        string written = _path + ".new";
#pragma warning disable CA1416 // Linux only.
        using (FileStream stream = new(written, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Mode }))
#pragma warning restore CA1416
        {
            JsonSerializer.Serialize(stream, [.. groups], AlertStateJson.Default.ListAlertGroup);
            stream.Flush(flushToDisk: true);
        }

        File.Move(written, _path, overwrite: true);
    }

    static bool IsSound(AlertGroup? group) =>
        group is { Host: not null, App: not null, Line: not null, Before: not null } && group.Before.All(line => line is not null) && Enum.IsDefined(group.Severity) && Enum.IsDefined(group.Category) && Enum.IsDefined(group.Source)
        && group.Declared <= 24;

    void SetAside()
    {
        try
        {
            File.Move(_path, _path + ".bad", overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next save writes over it, or says why not.
        }
    }
}

[JsonSerializable(typeof(List<AlertGroup>))]
sealed partial class AlertStateJson : JsonSerializerContext;
