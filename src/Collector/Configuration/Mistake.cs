namespace Collector.Configuration;

/// <summary>One thing that is wrong in the configuration.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Path">Key path such as <c>receivers.syslog.udp</c>; empty when it is about the file.</param>
/// <param name="Message">What is wrong, what is allowed and what to do, in one line without a full stop.</param>
sealed record Mistake(Place Place, string Path, string Message)
{
    /// <summary><c>file:line:column: path: message</c>, which editors can jump to.</summary>
    public string Render(string file)
    {
        string place = Place.Line > 0 ? $"{file}:{Place.Line}:{Place.Column}: " : file + ": ";
        return Path.Length > 0 ? $"{place}{Path}: {Message}" : place + Message;
    }
}
