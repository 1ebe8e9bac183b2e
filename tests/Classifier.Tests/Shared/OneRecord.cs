namespace Classifier.Tests.Shared;

/// <summary>How a batch of one was answered.</summary>
enum ClassifyStatus
{
    Known,
    Pending,
    Fallback,
}

/// <summary>A batch of one, for tests that are not about batches.</summary>
static class OneRecord
{
    public static ClassifyStatus Classify(
        this LogClassifier classifier, ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, byte declaredSeverity, IVerdictWaiter? waiter, int index, out Verdict verdict)
    {
        verdict = default;
        int pending = classifier.Classify(
            new Input(app, body, declaredSeverity), waiter is null ? null : new Renumbered(waiter, index), new Span<Verdict>(ref verdict));
        return pending == 1 ? ClassifyStatus.Pending : verdict.Source == VerdictSource.Model ? ClassifyStatus.Known : ClassifyStatus.Fallback;
    }

    readonly ref struct Input(ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, byte declaredSeverity) : IClassifierInput
    {
        readonly ReadOnlySpan<byte> _app = app;
        readonly ReadOnlySpan<byte> _body = body;

        public ReadOnlySpan<byte> App(int index) => _app;

        public ReadOnlySpan<byte> Body(int index) => _body;

        public byte DeclaredSeverity(int index) => declaredSeverity;
    }

    sealed class Renumbered(IVerdictWaiter waiter, int index) : IVerdictWaiter
    {
        public void OnVerdict(int _, in Verdict verdict) => waiter.OnVerdict(index, verdict);
    }
}
