using Kinora.Core.Infra.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kinora.Core.Operations;

internal sealed class WorkerTable : IEntityTypeConfiguration<WorkerProcess>
{
    public void Configure(EntityTypeBuilder<WorkerProcess> builder)
    {
        builder.ToTable("workers");
        builder.HasKey(w => w.Name);
        builder.Property(w => w.Slots).HasJsonColumn<IReadOnlyDictionary<string, int>>();
    }
}
