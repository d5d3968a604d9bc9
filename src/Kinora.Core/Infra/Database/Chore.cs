using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kinora.Core.Infra.Database;

/// <summary>Something that is done now and then by one process for all, as the daily audit of the store; the row says when it was last done.</summary>
public sealed class Chore
{
    public required string Name { get; init; }
    public DateTimeOffset LastRunAt { get; init; }
}

internal sealed class ChoreTable : IEntityTypeConfiguration<Chore>
{
    public void Configure(EntityTypeBuilder<Chore> builder)
    {
        builder.ToTable("chores");
        builder.HasKey(c => c.Name);
    }
}
