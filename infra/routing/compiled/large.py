"""Which answers of the old servers may be larger than a function or a buffered answer of the gateway can be (6 and 10 MB).

Where the gateway asks the old servers itself, it passes these on as they come. It is a property of the old endpoints that
no move changes, so it stands here and not in the table that runs: files that are downloaded, and lists without paging that
grow with the number of people or posts.
"""

LARGE = frozenset(
    {
        "GET /assessments/api/outcomes/all",
        "GET /assessments/api/trainee/{traineeId}/assessments/all",
        "GET /common-upload/api/storage/download",
        "GET /integration/api/storage/download",
        "GET /tcs/api/documents/downloads/old/{documentId}",
        "GET /tcs/api/documents/downloads/{documentId}",
        "GET /tcs/api/notifications",
        "GET /tcs/api/revalidation/connection",
        "GET /tcs/api/rotation-posts",
        "GET /tcs/etl/api/notifications",
        "GET /usermanagement/allUsers",
    }
)
