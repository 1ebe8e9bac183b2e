using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Classifier.Inference;

/// <summary>Loads a shared library whose bytes are in memory, with nothing left on disk.</summary>
/// <remarks>
/// Hosts may forbid executable memory files (SELinux, seccomp, <c>vm.memfd_noexec=2</c>); then an unlinked file in the runtime, state or temporary folder
/// serves, unless that is mounted <c>noexec</c>.
/// </remarks>
public static class MemoryLibrary
{
    /// <param name="file">Name of the library, <c>libx.so</c>, for messages and in the process's map.</param>
    /// <param name="content">The library.</param>
    /// <param name="isMapped">The content is part of this executable; its pages are given back as they are copied.</param>
    /// <param name="stateFolder">A folder that this process may write to; null for none.</param>
    /// <param name="problem">Null when the library is there, else why not and what to do about it, in one line.</param>
    /// <returns>Handle of the library; 0 when it cannot be loaded.</returns>
    public static nint Load(string file, ReadOnlySpan<byte> content, bool isMapped, string? stateFolder, out string? problem)
    {
        List<string> refusals = [];
        SafeFileHandle? handle = PrivateFile.CreateInMemory(Path.GetFileNameWithoutExtension(file), content, isMapped, out string refusal);
        nint library = TryLoad(handle, "memfd", refusal, refusals);
        foreach (string folder in library == 0 ? Folders(stateFolder) : [])
        {
            handle = PrivateFile.CreateUnlinked(folder, content, isMapped, out refusal);
            library = TryLoad(handle, folder, refusal, refusals);
            if (library != 0)
            {
                break;
            }
        }

        problem = library != 0 ? null : $"{file}: cannot be loaded ({string.Join("; ", refusals)}); allow executable memfd (sysctl vm.memfd_noexec=0 or 1, "
            + "SELinux execmem, seccomp memfd_create) or give a runtime or state folder that is writable and not mounted noexec";
        return library;
    }

    static IEnumerable<string> Folders(string? stateFolder)
    {
        // systemd passes RuntimeDirectory= this way, several with colons between.
        string[] runtime = Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY")?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];
        IEnumerable<string> all = runtime;
        if (stateFolder is not null)
        {
            all = all.Append(stateFolder);
        }

        return all.Append(Path.GetTempPath());
    }

    static nint TryLoad(SafeFileHandle? file, string place, string refusal, List<string> refusals)
    {
        if (file is null)
        {
            refusals.Add($"{place}: {refusal}");
            return 0;
        }

        // The mapping keeps the file alive; the descriptor is not needed after it.
        using (file)
        {
            try
            {
                return NativeLibrary.Load(PrivateFile.PathOf(file));
            }
            catch (DllNotFoundException e)
            {
                // The loader's own words come last, after advice on how to find them.
                refusals.Add($"{place}: {e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1]}");
                return 0;
            }
        }
    }
}
