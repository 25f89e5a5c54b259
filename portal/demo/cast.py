"""The candidates of the demonstration's cases: each once, and none of them a person.

Given names say "sample" in a language of the country (Contoh, Namuna, Mau, Misol, Zagvar ...);
schools and firms call themselves samples; passports are numbered from Z10000001.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.demo import samples


@dataclass(frozen=True)
class Actor:
    """One candidate, with what is declared otherwise than `samples.claims` says. `career` is
    (employer, title, from, to) by period; an empty `to` lasts."""

    surname: str
    given_names: str
    name_ko: str
    birth_date: date
    sex: str
    nationality: str
    school: str
    subject: str
    awarded_on: str
    career: tuple[tuple[str, str, str, str], ...]
    pay: int = 52_000_000
    resident: str = field(default="", metadata={"means": "a district of Gyeonggi"})

    @property
    def number(self) -> int:
        return ACTORS.index(self) + 1

    def person(self) -> dict[str, Any]:
        """The candidate section, as a company types it."""
        here: dict[str, Any] = {"in_korea": False}
        if self.resident:
            here = {
                "in_korea": True,
                "registration_no": f"{self.birth_date:%y%m%d}-{'5' if self.sex == 'M' else '6'}"
                f"{self.number:06d}",
                "status_of_stay": "D-10",
                "region": "경기도",
                "address": f"{self.resident} 시연로 {self.number}",
            }
        return {
            "surname": self.surname,
            "given_names": self.given_names,
            "name_ko": self.name_ko,
            "birth_date": self.birth_date,
            "sex": self.sex,
            "nationality": self.nationality,
            "passport_no": f"Z{10_000_000 + self.number}",
            "email": f"candidate{self.number:02d}@demo.example",
            "language": "ko" if self.resident else "en",
            **here,
        }

    def claims(self, slug: str) -> dict[str, list[dict[str, Any]]]:
        """What the programme's sample declares, in this candidate's words. A sum that the
        programme asks to be higher stays."""
        found = samples.claims(slug)
        for degree in found["degree"]:
            degree |= {
                "country": self.nationality,
                "institution": self.school,
                "field": self.subject,
                "awarded_on": self.awarded_on,
            }
        first = {fact: value for fact, value in found["career"][0].items() if fact != "to"}
        found["career"] = [
            {
                **first,
                "country": self.nationality,
                "employer": employer,
                "title": title,
                "from": begun,
                **({"to": ended} if ended else {}),
            }
            for employer, title, begun, ended in self.career
        ]
        for contract in found["contract"]:
            if contract["annual_pay"] == samples.PAY:
                contract |= {"annual_pay": self.pay, "monthly_pay": self.pay // 12}
        return found


ACTORS = (
    Actor("NGUYEN", "THI MAU", "응우옌 티 머우", date(1994, 3, 17), "F", "VNM",
          "Sample University of Technology", "컴퓨터공학", "2016-08-31",
          (("Sample Systems JSC", "Software engineer", "2017-03-01", "2023-02-28"),)),
    Actor("SHARMA", "NAMUNA", "샤르마 나무나", date(1990, 11, 2), "M", "IND",
          "Specimen Institute of Technology", "전자공학", "2012-06-30",
          (("Namuna Infotech Pvt. Ltd.", "Backend developer", "2013-01-07", "2019-10-31"),
           ("Specimen Cloud Pvt. Ltd.", "Platform engineer", "2019-11-11", "2026-06-30")),
          pay=61_200_000),
    Actor("ERGASHEV", "MISOL", "에르가셰프 미솔", date(1997, 6, 30), "M", "UZB",
          "Namuna State Technical University", "소프트웨어공학", "2019-07-05",
          (("Misol Soft LLC", "Software engineer", "2019-09-02", "2025-08-29"),),
          resident="수원시 영통구"),
    Actor("SARI", "CONTOH", "사리 콘토", date(1995, 1, 22), "F", "IDN",
          "Universitas Contoh Bandung", "정보시스템", "2017-02-18",
          (("PT Contoh Digital", "QA engineer", "2017-05-02", "2021-04-30"),
           ("PT Misal Solusi", "Test automation engineer", "2021-06-01", "2026-08-31")),
          pay=50_400_000),
    Actor("WIJAYA", "MISAL", "위자야 미살", date(1993, 9, 9), "M", "IDN",
          "Universitas Contoh Bandung", "정보시스템", "2017-02-18",
          (("PT Contoh Digital", "Data engineer", "2017-04-03", "2024-03-29"),),
          pay=54_000_000),
    Actor("DELA CRUZ", "HALIMBAWA", "델라크루즈 할림바와", date(1991, 4, 14), "F", "PHL",
          "Halimbawa Polytechnic", "컴퓨터과학", "2013-04-06",
          # Two jobs at once in 2018, none for most of 2021.
          (("Halimbawa Data Inc.", "Programmer", "2013-07-01", "2018-12-31"),
           ("Sampol Analytics Corp.", "Data analyst", "2018-03-05", "2020-12-18"),
           ("Modelo Systems Inc.", "Senior developer", "2021-10-04", "2026-05-29")),
          pay=57_600_000),
    Actor("TAMANG", "UDAHARAN", "타망 우다하란", date(1996, 12, 5), "M", "NPL",
          "Namuna Engineering College", "정보통신공학", "2018-09-20",
          (("Udaharan Tech Pvt. Ltd.", "Network engineer", "2018-11-12", "2025-11-28"),),
          pay=48_600_000),
    Actor("BATBAYAR", "ZAGVAR", "바트바야르 자그와르", date(1992, 2, 29), "M", "MNG",
          "Zagvar University of Science", "제어공학", "2014-06-15",
          (("Zagvar Automation LLC", "Control engineer", "2014-08-01", "2022-07-29"),)),
    Actor("SOK", "KOMROU", "속 꼼루", date(1995, 8, 8), "F", "KHM",
          "Komrou Institute of Technology", "컴퓨터공학", "2017-09-30",
          (("Komrou Software Co., Ltd.", "Mobile developer", "2017-11-01", "2026-03-31"),)),
    Actor("WONGSA", "TUAYANG", "웡사 뚜아양", date(1994, 5, 19), "F", "THA",
          "Tuayang Institute of Technology", "산업공학", "2016-05-28",
          (("Tuayang Robotics Co., Ltd.", "Robotics engineer", "2016-07-04", "2024-06-28"),),
          pay=55_200_000),
    Actor("AUNG", "NAMUNA HTET", "아웅 나무나 텟", date(1993, 10, 27), "M", "MMR",
          "Sample Computer University", "정보공학", "2015-12-11",
          (("Sample Telecom Co., Ltd.", "Systems engineer", "2016-01-11", "2024-12-27"),)),
    Actor("PHAM", "VAN MAU", "팜 반 머우", date(1989, 7, 3), "M", "VNM",
          "Mau National University", "반도체공학", "2011-06-24",
          (("Mau Semiconductors JSC", "Design engineer", "2011-09-01", "2026-02-27"),),
          pay=72_000_000),
    Actor("RAHMAN", "UDAHORON", "라흐만 우다호론", date(1996, 3, 11), "M", "BGD",
          "Udahoron University of Engineering", "컴퓨터공학", "2018-01-25",
          (("Udahoron Software Ltd.", "Web developer", "2018-03-01", "2026-04-30"),)),
    Actor("KARIMOVA", "NAMUNA", "카리모바 나무나", date(1998, 4, 2), "F", "UZB",
          "Misol University of Information", "정보보안", "2020-06-30",
          (("Misol Security LLC", "Security engineer", "2020-08-03", "2026-07-31"),),
          resident="성남시 분당구"),
    Actor("GUNAWAN", "CONTOH", "구나완 콘토", date(1990, 6, 18), "M", "IDN",
          "Institut Contoh Surabaya", "기계공학", "2012-09-15",
          (("PT Contoh Mesin", "Mechanical engineer", "2012-11-01", "2025-10-31"),),
          pay=58_800_000),
    Actor("LE", "THI MAU", "레 티 머우", date(1996, 9, 21), "F", "VNM",
          "Mau University of Economics", "데이터과학", "2018-08-31",
          (("Mau Data JSC", "Data analyst", "2018-10-01", "2026-01-30"),)),
    Actor("SINGH", "MISAAL", "싱 미살", date(1992, 1, 30), "M", "IND",
          "Misaal College of Engineering", "전자통신공학", "2013-07-12",
          (("Misaal Networks Pvt. Ltd.", "Embedded engineer", "2013-09-02", "2026-05-29"),),
          pay=60_000_000),
    Actor("BOLD", "ZAGVAR", "볼드 자그와르", date(1997, 11, 11), "F", "MNG",
          "Zagvar Institute of Informatics", "인공지능", "2019-06-14",
          (("Zagvar AI LLC", "Machine learning engineer", "2019-08-05", "2026-06-26"),)),
    Actor("REYES", "MODELO", "레예스 모델로", date(1993, 12, 24), "M", "PHL",
          "Modelo State University", "데이터과학", "2015-03-28",
          (("Modelo Insight Inc.", "Data scientist", "2015-06-01", "2026-04-30"),)),
    Actor("TRAN", "VAN MAU", "쩐 반 머우", date(1995, 2, 6), "M", "VNM",
          "Mau College of Industry", "전기공학", "2016-07-29",
          (("Mau Shipbuilding JSC", "Ship electrician", "2016-09-05", "2025-12-26"),)),
    Actor("SETIAWAN", "CONTOH", "세티아완 콘토", date(1991, 10, 10), "M", "IDN",
          "Politeknik Contoh Batam", "전기공학", "2012-08-24",
          (("PT Contoh Galangan", "Ship electrician", "2012-10-01", "2026-03-27"),)),
    Actor("VU", "THI MAU", "부 티 머우", date(1988, 8, 15), "F", "VNM",
          "Mau Institute of Science", "재료공학", "2012-06-22",
          (("Sample Semiconductors Inc.", "Process engineer", "2012-09-03", "2026-02-27"),),
          pay=180_000_000),
    Actor("YUSUPOV", "NAMUNA", "유수포프 나무나", date(1994, 12, 1), "M", "UZB",
          "Namuna State Technical University", "전자공학", "2016-07-04",
          (("Namuna Elektron LLC", "Firmware engineer", "2016-09-01", "2026-05-29"),),
          resident="화성시 동탄"),
    Actor("PERERA", "NIYAMAYA", "페레라 니야마야", date(1995, 5, 25), "F", "LKA",
          "Niyamaya University of Computing", "통계학", "2017-11-17",
          (("Niyamaya Analytics Ltd.", "Data analyst", "2018-01-08", "2026-06-30"),)),
    Actor("SUBEDI", "UDAHARAN", "수베디 우다하란", date(1992, 8, 7), "M", "NPL",
          "Udaharan School of Statistics", "응용수학", "2014-10-03",
          (("Udaharan Insight Pvt. Ltd.", "Data scientist", "2015-01-05", "2026-07-31"),)),
)  # fmt: skip
