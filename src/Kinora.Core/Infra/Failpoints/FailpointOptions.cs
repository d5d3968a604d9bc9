using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Failpoints;

/// <summary>In section "Kinora" itself: for tests only.</summary>
public sealed class FailpointOptions
{
    public const string Section = "Kinora";

    /// <summary>Rules, as <see cref="FailpointRule"/> reads them.</summary>
    public IList<string> Failpoints { get; set; } = [];

    /// <summary>The file that tells which failpoints fired; needed with any.</summary>
    public string? FailpointLog { get; set; }
}

/// <summary>No failpoint outside of the environment "Test": neither a mistake nor an attacker's variable arms one in earnest.</summary>
internal sealed class FailpointOptionsValidator(IHostEnvironment environment) : IValidateOptions<FailpointOptions>
{
    public ValidateOptionsResult Validate(string? name, FailpointOptions options)
    {
        if (options.Failpoints.Count == 0)
        {
            return ValidateOptionsResult.Success;
        }

        if (!environment.IsEnvironment("Test"))
        {
            return ValidateOptionsResult.Fail($"Kinora:Failpoints is for tests alone: the environment must be Test, and it is {environment.EnvironmentName}.");
        }

        var faults = options.Failpoints.Select(Fault).OfType<string>().ToList();
        if (string.IsNullOrWhiteSpace(options.FailpointLog))
        {
            faults.Add("FailpointLog is missing.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail($"Kinora:Failpoints: {string.Join(" ", faults)}");
    }

    private static string? Fault(string rule)
    {
        try
        {
            FailpointRule.Parse(rule);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }
}
