namespace Collector.Outputs;

/// <summary>The numbers 0, 1, 2 ... : the selection of a batch that is sent whole. One array for everybody; read only.</summary>
static class Identity
{
    static int[] _numbers = Make(4096);

    /// <returns>At least <paramref name="count"/> numbers.</returns>
    public static int[] Upto(int count)
    {
        int[] numbers = Volatile.Read(ref _numbers);
        if (numbers.Length < count)
        {
            numbers = Make((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count));
            Volatile.Write(ref _numbers, numbers);
        }

        return numbers;
    }

    static int[] Make(int count)
    {
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = i;
        }

        return numbers;
    }
}
