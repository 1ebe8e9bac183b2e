namespace Receivers.Syslog;

/// <summary>What a TLS client has to show.</summary>
public enum ClientCertificates : byte
{
    /// <summary>None is asked for.</summary>
    Off,

    /// <summary>One that is shown must be good.</summary>
    Optional,

    Required,
}
