namespace Receivers.Syslog;

/// <summary>Dates of the proleptic Gregorian calendar as days, by arithmetic alone. Source: H. Hinnant, "chrono-compatible low-level date algorithms".</summary>
static class CivilTime
{
    public const long NanosPerSecond = 1_000_000_000;
    public const int SecondsPerDay = 86_400;

    static ReadOnlySpan<short> DaysBeforeMonth => [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

    /// <summary>Days since 1970-01-01.</summary>
    /// <param name="year">1 to 9999.</param>
    /// <param name="month">1 to 12.</param>
    /// <param name="day">1 to 31; not checked.</param>
    public static int DaysFrom(int year, int month, int day)
    {
        int before = year - 1;
        int days = (before * 365) + (before / 4) - (before / 100) + (before / 400) + DaysBeforeMonth[month] + day - 719_163;
        return month > 2 && IsLeap(year) ? days + 1 : days;
    }

    /// <param name="unixSeconds">From year 1 on.</param>
    public static int YearOf(long unixSeconds)
    {
        long z = Math.DivRem(unixSeconds, SecondsPerDay, out long rest) - (rest < 0 ? 1 : 0) + 719_468;
        long era = z / 146_097;
        int dayOfEra = (int)(z - (era * 146_097));
        int yearOfEra = (dayOfEra - (dayOfEra / 1_460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        int dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        int year = yearOfEra + (int)(era * 400);
        return dayOfYear >= 306 ? year + 1 : year;
    }

    public static bool IsLeap(int year) => (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);

    /// <returns>True for a day that the month has.</returns>
    public static bool IsDate(int year, int month, int day) =>
        (uint)(month - 1) < 12 && (uint)(day - 1) < 31 && (day <= 28 || day <= DaysIn(year, month));

    /// <param name="year">Any year.</param>
    /// <param name="month">1 to 12.</param>
    public static int DaysIn(int year, int month) => month switch
    {
        2 => IsLeap(year) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };
}
