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
            migrationBuilder.RenameIndex(
                name: "ix_jobs_video_id_type",
                table: "jobs",
                newName: "ix_jobs_one_live");

            migrationBuilder.RenameIndex(
                name: "ix_jobs_type_owner_id_run_after_id",
                table: "jobs",
                newName: "ix_jobs_waiting");

            migrationBuilder.RenameIndex(
                name: "ix_jobs_type_owner_id",
                table: "jobs",
                newName: "ix_jobs_running");

            migrationBuilder.RenameIndex(
                name: "ix_jobs_owner_id_type_fence",
                table: "jobs",
                newName: "ix_jobs_turns");

            migrationBuilder.RenameIndex(
                name: "ix_jobs_owner_id",
                table: "jobs",
                newName: "ix_jobs_owner_live");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_to_dispatch",
                table: "jobs",
                columns: new[] { "type", "dispatched_at", "run_after", "id" },
                filter: "status IN ('QUEUED', 'RUNNING') AND lease_owner IS NULL")
                .Annotation("Npgsql:IndexNullSortOrder", new[] { NullSortOrder.Unspecified, NullSortOrder.NullsFirst, NullSortOrder.Unspecified, NullSortOrder.Unspecified });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_jobs_to_dispatch",
                table: "jobs");

            migrationBuilder.RenameIndex(
                name: "ix_jobs_waiting",
                table: "jobs",
                newName: "ix_jobs_type_owner_id_run_after_id");

            migrationBuilder.RenameIndex(
                name: "ix_jobs_turns",
                table: "jobs",
                newName: "ix_jobs_owner_id_type_fence");

            migrationBuilder.RenameIndex(
                name: "ix_jobs_running",
                table: "jobs",
                newName: "ix_jobs_type_owner_id");

            migrationBuilder.RenameIndex(
                name: "ix_jobs_owner_live",
                table: "jobs",
                newName: "ix_jobs_owner_id");

            migrationBuilder.RenameIndex(
                name: "ix_jobs_one_live",
                table: "jobs",
                newName: "ix_jobs_video_id_type");
        }
    }
}
