"""What offices call the columns of their registers of letters."""

# What a column may be called; written without spaces and in lower case.
HEADINGS = {
    "number": ("발급번호", "추천번호", "추천서번호", "번호", "number", "letternumber", "issueno"),
    "issued": ("발급일", "발급일자", "추천일", "issuedate", "issuedon", "dateofissue", "date"),
    "name": ("성명", "이름", "외국인", "외국인성명", "대상자", "name", "fullname"),
    "born": ("생년월일", "birthdate", "dateofbirth"),
    "company": ("회사", "회사명", "기업", "기업명", "업체명", "company", "employer"),
    "occupation": ("직종", "직종코드", "occupation", "occupationcode"),
    "pool": ("쿼터", "쿼터코드", "quota"),
}
