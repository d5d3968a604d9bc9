using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Kinora.Core.Infra.Database;

/// <summary>Enums stand in the database as the API shows them: RUNNING, not 1.</summary>
internal sealed class UpperCaseConverter<T>()
    : ValueConverter<T, string>(value => value.ToString().ToUpperInvariant(), text => Enum.Parse<T>(text, true))
    where T : struct, Enum;
