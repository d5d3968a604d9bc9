using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Kinora.Core.Infra.Database.Migrations
{
    /// <inheritdoc />
    public partial class DispatchOrder : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_jobs_type_dispatched_at_run_after_id",
                table: "jobs",
                columns: new[] { "type", "dispatched_at", "run_after", "id" },
                filter: "status IN ('QUEUED', 'RUNNING') AND lease_owner IS NULL")
                .Annotation("Npgsql:IndexNullSortOrder", new[] { NullSortOrder.Unspecified, NullSortOrder.NullsFirst, NullSortOrder.Unspecified, NullSortOrder.Unspecified });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_jobs_type_dispatched_at_run_after_id",
                table: "jobs");
        }
    }
}
