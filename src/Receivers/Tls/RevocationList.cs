using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Receivers.Tls;

/// <summary>Certificates that their issuers have taken back, out of a file. Immutable.</summary>
/// <remarks>Source: RFC 5280 section 5. Whatever a list names is revoked; lists of other issuers' certificates (indirect ones) and lists of changes only (delta) are read as plain ones.</remarks>
sealed class RevocationList
{
    /// <summary>Some 400,000 certificates.</summary>
    public const int FileBytesMax = 16 * 1024 * 1024;

    const string PemLabel = "X509 CRL";

    readonly HashSet<string> _revoked = [];

    RevocationList()
    {
    }

    /// <summary>When the first of the lists should have been replaced by a newer one; the end of time when none says.</summary>
    public DateTimeOffset NextUpdate { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>Reads one list in DER form, or any number in PEM form.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="authorities">One of these must have signed each list.</param>
    /// <exception cref="ReceiverStartException">No list, a broken one, or one that none of the authorities signed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static RevocationList Load(string file, X509Certificate2Collection authorities)
    {
        if (new FileInfo(file).Length > FileBytesMax)
        {
            throw new ReceiverStartException($"tls: {file} is larger than {FileBytesMax} bytes. Give a list of the authorities in client_ca only.");
        }

        RevocationList list = new();
        byte[] content = File.ReadAllBytes(file);
        int lists = 0;
        try
        {
            if (content is [0x30, ..])
            {
                list.Add(content, authorities);
                lists++;
            }
            else
            {
                ReadOnlySpan<char> rest = System.Text.Encoding.ASCII.GetString(content);
                while (PemEncoding.TryFind(rest, out PemFields fields))
                {
                    if (rest[fields.Label] is PemLabel)
                    {
                        list.Add(Convert.FromBase64String(rest[fields.Base64Data].ToString()), authorities);
                        lists++;
                    }

                    rest = rest[fields.Location.End..];
                }
            }
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            throw new ReceiverStartException($"tls: {file} cannot be used as a revocation list: {e.Message}", e);
        }

        return lists > 0 ? list : throw new ReceiverStartException($"tls: {file} holds no revocation list, neither in PEM form (BEGIN {PemLabel}) nor in DER form.");
    }

    public bool Contains(X509Certificate2 certificate) => _revoked.Contains(Key(certificate.IssuerName.RawData, certificate.SerialNumberBytes.Span));

    void Add(byte[] der, X509Certificate2Collection authorities)
    {
        AsnReader list = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        ReadOnlyMemory<byte> signedBytes = list.PeekEncodedValue();
        AsnReader signed = list.ReadSequence();
        string algorithm = list.ReadSequence().ReadObjectIdentifier();
        byte[] signature = list.ReadBitString(out _);

        if (signed.PeekTag().HasSameClassAndValue(Asn1Tag.Integer))
        {
            signed.ReadInteger();
        }

        signed.ReadSequence();
        byte[] issuer = signed.ReadEncodedValue().ToArray();
        if (!authorities.Any(authority => authority.SubjectName.RawData.AsSpan().SequenceEqual(issuer) && IsSigned(authority, signedBytes.Span, algorithm, signature)))
        {
            throw new CryptographicException($"no certificate in client_ca has signed the list of {new X500DistinguishedName(issuer).Name}");
        }

        ReadTime(signed);
        if (signed.HasData && IsTime(signed.PeekTag()))
        {
            DateTimeOffset next = ReadTime(signed);
            NextUpdate = next < NextUpdate ? next : NextUpdate;
        }

        if (!signed.HasData || !signed.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            return;
        }

        AsnReader revoked = signed.ReadSequence();
        while (revoked.HasData)
        {
            _revoked.Add(Key(issuer, revoked.ReadSequence().ReadIntegerBytes().Span));
        }
    }

    static bool IsTime(Asn1Tag tag) => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    /// <exception cref="CryptographicException">The list is signed in a way that is not spoken here.</exception>
    static bool IsSigned(X509Certificate2 authority, ReadOnlySpan<byte> bytes, string algorithm, byte[] signature)
    {
        // RFC 4055 and RFC 5758.
        (HashAlgorithmName hash, bool isRsa) = algorithm switch
        {
            "1.2.840.113549.1.1.11" => (HashAlgorithmName.SHA256, true),
            "1.2.840.113549.1.1.12" => (HashAlgorithmName.SHA384, true),
            "1.2.840.113549.1.1.13" => (HashAlgorithmName.SHA512, true),
            "1.2.840.10045.4.3.2" => (HashAlgorithmName.SHA256, false),
            "1.2.840.10045.4.3.3" => (HashAlgorithmName.SHA384, false),
            "1.2.840.10045.4.3.4" => (HashAlgorithmName.SHA512, false),
            _ => throw new CryptographicException($"signed by {algorithm}; give one signed by RSA (PKCS #1) or ECDSA with SHA-256, SHA-384 or SHA-512"),
        };
        using RSA? rsa = isRsa ? authority.GetRSAPublicKey() : null;
        using ECDsa? ecdsa = isRsa ? null : authority.GetECDsaPublicKey();
        return rsa?.VerifyData(bytes, signature, hash, RSASignaturePadding.Pkcs1) ?? ecdsa?.VerifyData(bytes, signature, hash, DSASignatureFormat.Rfc3279DerSequence) ?? false;
    }

    static string Key(ReadOnlySpan<byte> issuer, ReadOnlySpan<byte> serial) => $"{Convert.ToHexString(serial.TrimStart((byte)0))} {Convert.ToHexString(SHA256.HashData(issuer))}";
}
