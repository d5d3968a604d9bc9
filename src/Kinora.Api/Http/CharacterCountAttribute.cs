using System.ComponentModel.DataAnnotations;

namespace Kinora.Api.Http;

/// <summary>How many characters (code points, as JSON Schema counts them, not UTF-16 units) a text has.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class CharacterCountAttribute(int minimum, int maximum) : ValidationAttribute
{
    public int Minimum { get; } = minimum;

    public int Maximum { get; } = maximum;

    public override bool IsValid(object? value) =>
        value is not string text || text.EnumerateRunes().Count() is var count && count >= Minimum && count <= Maximum;

    public override string FormatErrorMessage(string name) => $"must have {Minimum} to {Maximum} characters";
}
