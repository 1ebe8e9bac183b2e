using System.Globalization;
using System.Reflection;
using System.Text.Json;
using BenchmarkDotNet.Attributes;

namespace Benchmarks.Guard;

/// <summary>Fails when a hot path allocates more than <c>allocations.json</c> allows. Bytes are exact where time is noisy, so this can run anywhere.</summary>
static class AllocationGuard
{
    const int WarmUps = 50;
    const int Invocations = 200;

    /// <summary><c>allocations FILE</c>: names are <c>Class.Method</c> of benchmarks, values are bytes per operation.</summary>
    /// <returns>0 when all hold, 1 when one does not.</returns>
    public static int Run(string file)
    {
        using JsonDocument limits = JsonDocument.Parse(File.ReadAllText(file));
        Dictionary<string, Type> classes = typeof(AllocationGuard).Assembly.GetTypes().Where(t => t.Name.EndsWith("Benchmarks", StringComparison.Ordinal)).ToDictionary(t => t.Name);
        int failures = 0;
        foreach (JsonProperty limit in limits.RootElement.EnumerateObject())
        {
            string[] name = limit.Name.Split('.');
            MethodInfo method = classes[name[0]].GetMethod(name[1]) ?? throw new InvalidOperationException($"{file}: there is no benchmark {limit.Name}");
            foreach ((string parameters, double bytes) in Measure(method))
            {
                bool isFine = bytes <= limit.Value.GetDouble();
                failures += isFine ? 0 : 1;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{(isFine ? "ok  " : "FAIL")} {limit.Name}{parameters}: {bytes:0.###} bytes per operation, at most {limit.Value.GetDouble()}"));
            }
        }

        return failures == 0 ? 0 : 1;
    }

    /// <summary>Once for each value of the class's parameter.</summary>
    static IEnumerable<(string Parameters, double Bytes)> Measure(MethodInfo method)
    {
        PropertyInfo? parameter = method.DeclaringType!.GetProperties().SingleOrDefault(p => p.GetCustomAttribute<ParamsAttribute>() is not null);
        foreach (object? value in parameter?.GetCustomAttribute<ParamsAttribute>()!.Values ?? [null])
        {
            object instance = Activator.CreateInstance(method.DeclaringType)!;
            parameter?.SetValue(instance, value);
            Call<GlobalSetupAttribute>(instance);
            MethodInfo measure = typeof(AllocationGuard).GetMethod(nameof(BytesPerInvocation), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(method.ReturnType);
            double bytes = (double)measure.Invoke(null, [method.CreateDelegate(typeof(Func<>).MakeGenericType(method.ReturnType), instance)])!;
            Call<GlobalCleanupAttribute>(instance);
            string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            yield return (parameter is null ? "" : $" ({text[..Math.Min(text.Length, 40)]})", bytes / method.GetCustomAttribute<BenchmarkAttribute>()!.OperationsPerInvoke);
        }
    }

    static double BytesPerInvocation<T>(Func<T> benchmark)
    {
        for (int i = 0; i < WarmUps; i++)
        {
            benchmark();
        }

        // The least of some rounds: the tiers of the JIT compiler take what they need in between.
        long least = long.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Invocations; i++)
            {
                benchmark();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least / (double)Invocations;
    }

    static void Call<TAttribute>(object instance)
        where TAttribute : Attribute =>
        instance.GetType().GetMethods().SingleOrDefault(m => m.GetCustomAttribute<TAttribute>() is not null)?.Invoke(instance, null);
}
