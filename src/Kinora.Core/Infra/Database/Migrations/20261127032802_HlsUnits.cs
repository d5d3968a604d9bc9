using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Kinora.Core.Infra.Database.Migrations
{
    /// <summary>
    /// Not for a rolling restart: what an older process submits names an index of live jobs that is another one now, and is refused. Restart
    /// API and workers together.
    /// </summary>
    public partial class HlsUnits : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_jobs_one_live",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_owner_live",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_to_dispatch",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_waiting",
                table: "jobs");

            migrationBuilder.AddColumn<Guid>(
                name: "parent_id",
                table: "jobs",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "plan",
                table: "jobs",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<short>(
                name: "rank",
                table: "jobs",
                type: "smallint",
                nullable: false,
                defaultValue: (short)0);

            migrationBuilder.AddColumn<double>(
                name: "weight",
                table: "jobs",
                type: "double precision",
                nullable: false,
                defaultValue: 0.0);

            migrationBuilder.CreateTable(
                name: "hls_pieces",
                columns: table => new
                {
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    track = table.Column<string>(type: "text", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    unit_id = table.Column<Guid>(type: "uuid", nullable: false),
                    fence = table.Column<long>(type: "bigint", nullable: false),
                    prefix = table.Column<string>(type: "text", nullable: false),
                    file = table.Column<string>(type: "jsonb", nullable: false),
                    facts = table.Column<string>(type: "jsonb", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_hls_pieces", x => new { x.job_id, x.track, x.number });
                    table.ForeignKey(
                        name: "fk_hls_pieces_jobs_job_id",
                        column: x => x.job_id,
                        principalTable: "jobs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_jobs_live_units",
                table: "jobs",
                column: "parent_id",
                filter: "status IN ('QUEUED', 'RUNNING') AND parent_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_one_live",
                table: "jobs",
                columns: new[] { "video_id", "type" },
                unique: true,
                filter: "status IN ('QUEUED', 'RUNNING') AND parent_id IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_owner_live",
                table: "jobs",
                column: "owner_id",
                filter: "status IN ('QUEUED', 'RUNNING') AND parent_id IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_parked",
                table: "jobs",
                column: "id",
                filter: "status = 'RUNNING' AND lease_owner IS NULL AND parent_id IS NULL AND run_after = 'infinity'");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_to_dispatch",
                table: "jobs",
                columns: new[] { "type", "dispatched_at", "rank", "run_after", "id" },
                filter: "status IN ('QUEUED', 'RUNNING') AND lease_owner IS NULL AND run_after < 'infinity'")
                .Annotation("Npgsql:IndexNullSortOrder", new[] { NullSortOrder.Unspecified, NullSortOrder.NullsFirst, NullSortOrder.Unspecified, NullSortOrder.Unspecified, NullSortOrder.Unspecified });

            migrationBuilder.CreateIndex(
                name: "ix_jobs_units",
                table: "jobs",
                columns: new[] { "parent_id", "status" },
                filter: "parent_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_waiting",
                table: "jobs",
                columns: new[] { "type", "owner_id", "rank", "run_after", "id" },
                filter: "status IN ('QUEUED', 'RUNNING') AND lease_owner IS NULL AND run_after < 'infinity'");

            migrationBuilder.AddCheckConstraint(
                name: "ck_jobs_plan",
                table: "jobs",
                sql: "plan IS NULL OR parent_id IS NULL");

            migrationBuilder.AddCheckConstraint(
                name: "ck_jobs_rank",
                table: "jobs",
                sql: "rank BETWEEN 0 AND 2");

            migrationBuilder.AddCheckConstraint(
                name: "ck_jobs_weight",
                table: "jobs",
                sql: "weight >= 0");

            migrationBuilder.AddForeignKey(
                name: "fk_jobs_jobs_parent_id",
                table: "jobs",
                column: "parent_id",
                principalTable: "jobs",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.Sql(JobGuard.ReplaceWithUnits);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(JobGuard.ReplaceWithOwner);

            migrationBuilder.DropForeignKey(
                name: "fk_jobs_jobs_parent_id",
                table: "jobs");

            migrationBuilder.DropTable(
                name: "hls_pieces");

            migrationBuilder.DropIndex(
                name: "ix_jobs_live_units",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_one_live",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_owner_live",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_parked",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_to_dispatch",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_units",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_waiting",
                table: "jobs");

            migrationBuilder.DropCheckConstraint(
                name: "ck_jobs_plan",
                table: "jobs");

            migrationBuilder.DropCheckConstraint(
                name: "ck_jobs_rank",
                table: "jobs");

            migrationBuilder.DropCheckConstraint(
                name: "ck_jobs_weight",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "parent_id",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "plan",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "rank",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "weight",
                table: "jobs");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_one_live",
                table: "jobs",
                columns: new[] { "video_id", "type" },
                unique: true,
                filter: "status IN ('QUEUED', 'RUNNING')");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_owner_live",
                table: "jobs",
                column: "owner_id",
                filter: "status IN ('QUEUED', 'RUNNING')");

            migrationBuilder.CreateIndex(
                name: "ix_jobs_to_dispatch",
                table: "jobs",
                columns: new[] { "type", "dispatched_at", "run_after", "id" },
                filter: "status IN ('QUEUED', 'RUNNING') AND lease_owner IS NULL")
                .Annotation("Npgsql:IndexNullSortOrder", new[] { NullSortOrder.Unspecified, NullSortOrder.NullsFirst, NullSortOrder.Unspecified, NullSortOrder.Unspecified });

            migrationBuilder.CreateIndex(
                name: "ix_jobs_waiting",
                table: "jobs",
                columns: new[] { "type", "owner_id", "run_after", "id" },
                filter: "status IN ('QUEUED', 'RUNNING') AND lease_owner IS NULL");
        }
    }
}
