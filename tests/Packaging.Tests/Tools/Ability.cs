using System.Diagnostics;
using Tests.Shared;

namespace Packaging.Tests.Tools;

/// <summary>What this host lets a test do, found out once by doing it in small.</summary>
static class Ability
{
    static readonly Lazy<string?> SyslogNg = new(() => Probe(Repository.PathTo("tests", "Packaging.Tests", "Tools", "probe-syslog-ng.sh")));
    static readonly Lazy<string?> Containers = new(() => Probe(Repository.PathTo("tests", "Packaging.Tests", "Tools", "probe-containers.sh")));
    static readonly Lazy<string?> Machines = new(() => Probe(Repository.PathTo("tests", "Packaging.Tests", "Tools", "probe-machines.sh")));
    static readonly Lazy<string?> Namespaces = new(() => Probe(Repository.PathTo("tests", "Packaging.Tests", "Tools", "probe-namespaces.sh")));

    /// <summary>Why podman cannot build and run an image here; null when it can.</summary>
    public static string? NoContainers => Containers.Value;

    /// <summary>Why systemd cannot be booted in a container here; null when it can.</summary>
    public static string? NoMachines => Machines.Value;

    /// <summary>Why a script cannot have a network and mounts of its own here; null when it can.</summary>
    public static string? NoNamespaces => Namespaces.Value;

    /// <summary>Why syslog-ng cannot be had or run here; null when it can.</summary>
    public static string? NoSyslogNg => SyslogNg.Value;

    /// <summary>Which of the programs are not on the path; null when all are.</summary>
    public static string? Missing(params IEnumerable<string> programs)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        string[] missing = [.. programs.Where(program => !folders.Any(folder => File.Exists(Path.Combine(folder, program))))];
        return missing.Length == 0 ? null : "not on the path: " + string.Join(", ", missing);
    }

    static string? Probe(string script)
    {
        using Process process = Process.Start(new ProcessStartInfo("bash", ["-c", "exec timeout 300 bash \"$0\" 2>&1", script]) { RedirectStandardOutput = true })!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"{Path.GetFileName(script)} ended with {process.ExitCode}: {said.Trim()}";
    }
}

/// <summary>A test that runs programs of the system: skipped, with their names, where they are not.</summary>
sealed class ToolFactAttribute : FactAttribute
{
    public ToolFactAttribute(params string[] programs) => Skip = Ability.Missing(programs);
}

/// <summary>As <see cref="ToolFactAttribute"/>, with data.</summary>
sealed class ToolTheoryAttribute : TheoryAttribute
{
    public ToolTheoryAttribute(params string[] programs) => Skip = Ability.Missing(programs);
}

/// <summary>A test that builds or runs containers: skipped, with the reason, where the host refuses them.</summary>
sealed class ContainerFactAttribute : FactAttribute
{
    public ContainerFactAttribute() => Skip = Ability.Missing("podman") ?? Ability.NoContainers;
}

/// <summary>A test that needs root and a booted systemd of its own, and programs: skipped, with the reason, where the host refuses them.</summary>
sealed class MachineFactAttribute : FactAttribute
{
    public MachineFactAttribute(params string[] programs) => Skip = Ability.Missing(programs) ?? Ability.Missing("podman") ?? Ability.NoMachines;
}

/// <summary>A test that runs syslog-ng in a network of its own: skipped, with the reason, where that cannot be.</summary>
sealed class SyslogNgFactAttribute : FactAttribute
{
    public SyslogNgFactAttribute() => Skip = Ability.Missing("ip", "logger", "dpkg-deb") ?? Ability.NoNamespaces ?? Ability.NoSyslogNg;
}
