namespace Receivers.Syslog;

/// <summary>Dates of the proleptic Gregorian calendar as days, by arithmetic alone. Source: H. Hinnant, "chrono-compatible low-level date algorithms".</summary>
static class CivilTime
{
    public const long NanosPerSecond = 1_000_000_000;
    public const int SecondsPerDay = 86_400;

    /// <summary>Days since 1970-01-01.</summary>
    /// <param name="year">1 to 9999.</param>
    /// <param name="month">1 to 12.</param>
    /// <param name="day">1 to 31; not checked.</param>
    public static int DaysFrom(int year, int month, int day)
    {
        // The year starts in March, so that the leap day is its last one.
        int y = month <= 2 ? year - 1 : year;
        int era = y / 400;
        int yearOfEra = y - (era * 400);
        int dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5) + day - 1;
        int dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146_097) + dayOfEra - 719_468;
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

    public static bool IsLeap(int year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    /// <returns>True for a day that the month has.</returns>
    public static bool IsDate(int year, int month, int day) =>
        (uint)(month - 1) < 12 && (uint)(day - 1) < (uint)DaysIn(year, month);

    /// <param name="year">Any year.</param>
    /// <param name="month">1 to 12.</param>
    public static int DaysIn(int year, int month) => month switch
    {
        2 => IsLeap(year) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };
}
